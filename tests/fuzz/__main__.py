"""`make fuzz MINUTES=10`: spoils the corpus at random and reads it; an input that is a fault is kept in `corpus/`.

Files are read in a process of their own, bounded as intake's readers are. One that ends it (a library that aborts, asks
for more memory than there is, or hangs) is what intake rejects as FILE-050 to FILE-053: counted, and no fault.
Exit code 1 where a fault was found. `SEED` makes the same inputs again.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import random
import sys
import time
from collections import Counter
from concurrent.futures.process import BrokenProcessPool

from pebble import ProcessExpired, ProcessPool

from rung.core.settings import Intake
from rung.intake.workers import TASKS_A_READER, begin_reader
from tests.fuzz.mutators import mutate
from tests.fuzz.reading import read_seed
from tests.fuzz.target import SECONDS, keep, seeds


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    seed = int(os.environ.get("SEED") or time.time())
    until = time.monotonic() + 60 * float(os.environ.get("MINUTES") or 10)
    corpus = seeds()
    say(f"fuzz: seed {seed}, {len(corpus)} files to start from")
    rng, ended, faults = random.Random(seed), Counter[str](), set[str]()
    reader = _reader()
    try:
        while time.monotonic() < until:
            number = rng.randrange(len(corpus))
            files = dict(corpus[number].files)
            name = rng.choice(sorted(files))
            files[name] = mutate(rng, files[name], rng.choice(list(rng.choice(corpus).files.values())))
            if not reader.active:
                reader = _reader()
            try:
                how, where = reader.schedule(read_seed, args=(number, files), timeout=3 * SECONDS).result()
            except (ProcessExpired, BrokenProcessPool, TimeoutError) as end:
                how, where = f"ended its reader ({type(end).__name__})", ""
            if where and where not in faults:
                faults.add(where)
                said = hashlib.sha256(b"".join(files.values())).hexdigest()[:12]
                say(f"fault: {where}\n  kept as {keep(corpus[number], files, said)}")
            ended[how] += 1
    finally:
        reader.stop()
        reader.join()
    say(f"fuzz: {ended.total():,} files: {dict(ended.most_common())}")
    return 1 if faults else 0


def _reader() -> ProcessPool:
    context = multiprocessing.get_context("forkserver")
    bytes_ = Intake().reader_memory_bytes
    return ProcessPool(1, max_tasks=32 * TASKS_A_READER, initializer=begin_reader, initargs=(bytes_,), context=context)


if __name__ == "__main__":
    sys.exit(main())
