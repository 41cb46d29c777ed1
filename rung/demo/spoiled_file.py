"""One file whose rows are being spoiled."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from rung.demo.spoils import RowSpoil

# a row put in beside the real ones is a small second position of a real person
SECOND_POSITION = {"position_title": "Second Position", "full_time_equivalency": "0.1", "role_code": ""}


class Page:
    """The rows of a file as text, and what becomes of them. `done`: row index (from 0) and spoil."""

    def __init__(self, path: Path, *, beside: bool) -> None:
        frame = pl.read_csv(path, infer_schema=False).with_columns(pl.all().fill_null(""))
        self.path, self.beside, self.height = path, beside, frame.height
        self.columns = {name: frame.get_column(name).to_list() for name in frame.columns}
        self.lines: dict[int, str] = {}
        self.done: list[tuple[int, RowSpoil]] = []
        self._seen: set[tuple[str, ...]] = set()
        self._met: set[tuple[str, str]] = set()  # spoil and person: the same twice could make two rows of one key

    def fits(self, spoil: RowSpoil, row: int) -> bool:
        """Whether the row has what the spoil spoils, and would not come out like another row."""
        if spoil.only and self.columns[spoil.only[0]][row] != spoil.only[1]:
            return False
        if spoil.least is not None and float(self.columns[spoil.column][row]) < spoil.least:
            return False
        if spoil.how == "cell" and not self.beside:
            spoiled = self._row(row) | self._cells(spoil, row)
            unlike = spoiled != self._row(row) and tuple(spoiled.values()) not in self._seen
            return unlike and (spoil.name, self.columns["staff_id"][row]) not in self._met
        return True

    def spoil(self, spoil: RowSpoil, row: int) -> int:
        """Spoils the row, or a row put in for it; returns how many rows are bad now."""
        if spoil.how == "again":
            self._note(spoil, self._add(self._row(row)))
        elif spoil.how == "pair":
            person = {"staff_id": f"99{len(self.done):06d}", "supervisor_staff_id": ""}
            for license_id in ("L-ONE", "L-TWO"):
                self._note(spoil, self._add(self._second(row) | person | {spoil.column: license_id}))
        elif spoil.how == "twin":
            self._note(spoil, row)
            self._note(spoil, self._add(self._row(row) | self._cells(spoil, row)))
        elif spoil.how == "line":
            self.lines[row] = spoil.becomes
            self._note(spoil, row)
        elif self.beside:
            self._note(spoil, self._add(self._second(row) | self._cells(spoil, row)))
        else:
            self._met.add((spoil.name, self.columns["staff_id"][row]))
            for name, cell in self._cells(spoil, row).items():
                self.columns[name][row] = cell
            self._seen.add(tuple(self._row(row).values()))
            self._note(spoil, row)
        return spoil.rows

    def save(self) -> None:
        """Writes the file again, with the lines that are spoiled as lines."""
        if not self.done:
            return
        frame = pl.DataFrame(self.columns).with_columns(pl.all().replace("", None))
        lines = frame.write_csv().splitlines()
        for row, becomes in self.lines.items():
            lines[row + 1] = becomes.replace("{}", lines[row + 1])
        self.path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")

    def _cells(self, spoil: RowSpoil, row: int) -> dict[str, str]:
        before = self.columns[spoil.column][row]
        cell = before.replace(".", "") if spoil.how == "cents" else spoil.becomes.replace("{}", before)
        return {spoil.column: cell, **dict.fromkeys(spoil.also_empty, "")}

    def _row(self, row: int) -> dict[str, str]:
        return {name: values[row] for name, values in self.columns.items()}

    def _second(self, row: int) -> dict[str, str]:
        return self._row(row) | SECOND_POSITION | {"release_share": "", "position_id": f"X{len(self.done):07d}"}

    def _add(self, cells: dict[str, str]) -> int:
        for name, values in self.columns.items():
            values.append(cells[name])
        return len(self.columns["staff_id"]) - 1

    def _note(self, spoil: RowSpoil, row: int) -> None:
        self.done.append((row, spoil))
