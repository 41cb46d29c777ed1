"""Progress of long work, for people: bars in a terminal, a line a stage elsewhere, nothing when asked for JSON."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Progress:
    """Says what is being done and how far it is, on standard error; remembers the seconds of each stage.

    A stage is one that has something to do. `on_begin` hears its name before it does it.
    """

    quiet: bool = False
    seconds: dict[str, float] = field(default_factory=dict)
    on_begin: Callable[[str], None] = lambda _name: None

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        """Time a stage. The value given is called with each portion done, out of `total`."""
        start = time.perf_counter()
        self.on_begin(name)
        try:
            if self.quiet or not sys.stderr.isatty():
                yield lambda _portion: None
            else:
                with _bar(name, total) as advance:
                    yield advance
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start
        if not self.quiet and not sys.stderr.isatty():
            sys.stderr.write(f"{name}: {self.seconds[name]:.1f} s\n")


@contextmanager
def _bar(name: str, total: int | None) -> Iterator[Callable[[int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task(name, total=total)
        yield lambda portion: bars.advance(task, portion)
