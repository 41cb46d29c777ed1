"""Reader processes: whatever is not plain CSV is taken apart in a process of its own, within bounds.

A drop that makes its reader hang, abort, panic or outgrow a bound loses that process and nothing else: it is rejected
with the rule that names the bound, and the log says kind and place, never a cell's text.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType

import psutil
from pebble import ProcessExpired, ProcessFuture, ProcessPool

from rung.core.errors import unexpected
from rung.core.settings import Intake
from rung.intake.jobs import ReadFailure, ReadJob, read_job
from transforms.s1_conform.decode.model import problem
from transforms.s1_conform.tolerant_reader import TolerantDrop

# Exit code of a reader that ended itself because it had outgrown its memory.
OUT_OF_MEMORY = 77
WATCH_SECONDS = 0.05
# A reader is replaced after so many drops, since allocators keep what they once had.
TASKS_A_READER = 32
# Address space that a reader may reserve beyond what it may use: thread stacks, allocators' arenas.
SLACK_BYTES = 2 * 1024**3
# Set while this process reads a drop.
_reading = threading.Event()


class ReaderPool:
    """Processes that read drops, started with the first job. Use as a context manager."""

    def __init__(self, bounds: Intake) -> None:
        self._bounds = bounds
        self._pool: ProcessPool | None = None

    def __enter__(self) -> ReaderPool:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._close()

    def _close(self) -> None:
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()
            self._pool = None

    def read(self, jobs: Iterable[ReadJob]) -> Iterator[TolerantDrop | ReadFailure]:
        """Answers in the order of the jobs; few are under way at a time, so that few answers wait in memory."""
        under_way: deque[tuple[ReadJob, ProcessFuture[TolerantDrop | ReadFailure]]] = deque()
        for job in jobs:
            under_way.append((job, self._start(job)))
            if len(under_way) > self._bounds.readers:
                yield self._answer(*under_way.popleft())
        while under_way:
            yield self._answer(*under_way.popleft())

    def _start(self, job: ReadJob) -> ProcessFuture[TolerantDrop | ReadFailure]:
        if self._pool is not None and not self._pool.active:
            self._close()
        if self._pool is None:
            # A server without threads forks the readers: forking this process could copy a lock that is held.
            context = multiprocessing.get_context("forkserver")
            context.set_forkserver_preload([__name__])
            self._pool = ProcessPool(
                self._bounds.readers,
                max_tasks=TASKS_A_READER,
                initializer=begin_reader,
                initargs=(self._bounds.reader_memory_bytes,),
                context=context,
            )
        return self._pool.schedule(_read, args=(job,), timeout=self._bounds.reader_seconds)

    def _answer(
        self, job: ReadJob, reading: ProcessFuture[TolerantDrop | ReadFailure], *, again: bool = True
    ) -> TolerantDrop | ReadFailure:
        try:
            return reading.result()
        except BrokenProcessPool as error:
            # A reader that ends between two drops takes the whole pool with it, no drop is at fault: read again.
            if again:
                return self._answer(job, self._start(job), again=False)
            return ReadFailure(problem("FILE-053"), unexpected(error))
        except TimeoutError:
            seconds = f"{self._bounds.reader_seconds:g} seconds"
            return ReadFailure(problem("FILE-050", seconds), f"reader stopped after {seconds}")
        except ProcessExpired as ended:
            if ended.exitcode == OUT_OF_MEMORY:
                return self._outgrown("reader outgrew its resident memory")
            return ReadFailure(problem("FILE-053"), f"reader ended by itself, exit code {ended.exitcode}")
        except MemoryError:
            return self._outgrown("reader found no more memory")
        except Exception as error:
            return ReadFailure(problem("FILE-053"), unexpected(error))

    def _outgrown(self, line: str) -> ReadFailure:
        return ReadFailure(problem("FILE-051", f"{self._bounds.reader_memory_bytes / 1024**3:,.1f} GiB"), line)


def begin_reader(memory_bytes: int) -> None:
    """In a new reader: bound its memory, and let libraries' words on a panic (which hold cells) go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    at_start = psutil.Process().memory_info()
    resource.setrlimit(resource.RLIMIT_AS, (at_start.vms + memory_bytes + SLACK_BYTES, resource.RLIM_INFINITY))
    # What the libraries themselves take is no drop's doing, and differs between machines.
    threading.Thread(target=_watch, args=(at_start.rss + memory_bytes,), daemon=True).start()


def _watch(memory_bytes: int) -> None:
    """Ends the reader while it reads a drop that needs too much; one that waits for its next drop is left alone."""
    me = psutil.Process()
    while not (_reading.is_set() and me.memory_info().rss > memory_bytes):
        time.sleep(WATCH_SECONDS)
    os._exit(OUT_OF_MEMORY)


def _read(job: ReadJob) -> TolerantDrop | ReadFailure:
    _reading.set()
    try:
        return read_job(job)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    finally:
        _reading.clear()
