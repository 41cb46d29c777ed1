"""A rule of the catalogue, ready to be asked of every row of a conformed table (DESIGN section 6)."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl


@dataclass(frozen=True)
class RowRule:
    """One rule as Polars expressions over the conformed table, one boolean per row, never null.

    `breaks` is True where the row breaks the rule. `considers` is True where the rule has an opinion at all (its row
    condition holds and the values it reads are there): the denominator of `mostly`, the share of considered rows that
    must keep the rule. An `error` quarantines every row that breaks it. A `fatal` rule rejects a file, and a `warn`
    rule speaks up, when less than `mostly` of the file's considered rows keep it. `needs_answer`: the district confirms
    or explains each warned row before it certifies. `alike`: columns in which only rows that have the same values as
    another row can break the rule; none for a rule that looks at one row at a time.
    """

    rule_id: str
    severity: str
    table: str
    column: str
    message: str
    fix: str
    breaks: pl.Expr = field(compare=False)
    considers: pl.Expr = field(compare=False, default_factory=lambda: pl.lit(True))
    mostly: float = 1.0
    needs_answer: bool = False
    alike: tuple[str, ...] = ()

    def fails(self, considered: int, broken: int) -> bool:
        """Whether counts over a file or batch fail the rule, by Great Expectations' own arithmetic of `mostly`."""
        return considered > 0 and (considered - broken) / considered < self.mostly
