"""Calendar windows: what a drop that comes too late, or too early, may still do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

# How the reason of a drop that came after the certification begins.
CERTIFIED = "the district-year is certified"


@dataclass(frozen=True)
class Window:
    """When drops of an extract and year count: from `opens` through `closes`, both inclusive."""

    opens: date
    closes: date

    def refuses(self, today: date, received_on: date, in_force: bool) -> tuple[str, str] | None:
        """State and reason where a drop is out of the window: held until `opens` has come, late after `closes`.

        Late only where it would replace something in force: a first load of a past year is never late.
        """
        if today < self.opens:
            return "held", f"the window opens on {self.opens}; the drop is taken in by itself on that day"
        if received_on > self.closes and in_force:
            return (
                "late",
                f"it came on {received_on}, after {self.closes}, the last day on which a drop counts;"
                " it is kept, not applied",
            )
        return None


def windows_of(calendar: pl.DataFrame) -> dict[tuple[int, str], Window]:
    """The calendar's windows by school year and extract."""
    lines = list(calendar.select("school_year", "extract", "opens", "closes").iter_rows())
    return {(year, extract): Window(*window) for year, extract, *window in reversed(lines)}  # the first line counts
