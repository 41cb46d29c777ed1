"""Decides what each cell shows: primary rules, complements, audit. One decision per cell and release."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from contracts.policy.disclosure import DisclosurePolicy
from transforms.s6_disclose.audit import Audit, audit
from transforms.s6_disclose.complementary import protect
from transforms.s6_disclose.greedy import protect_greedily
from transforms.s6_disclose.primary import primary_rule, with_bands
from transforms.s6_disclose.problem import Bools, Problem, problem_of


class DisclosureBlocked(RuntimeError):
    """The audit recovered or bounded a hidden cell: no release. The message names the cells."""


@dataclass(frozen=True)
class Loss:
    """Cells and persons or cents hidden, and how many cells a reader still recovers or bounds too tightly.

    The last two are null where nobody asked.
    """

    cells: int
    persons: int
    cents: int
    recovered: int | None
    too_narrow: int | None


@dataclass(frozen=True)
class Suppression:
    """Outcome: `decisions` (contracts Decisions) and the losses of the choices compared."""

    decisions: pl.DataFrame
    shown: int
    primary: Loss
    chosen: Loss
    greedy: Loss | None


def suppress(
    cells: pl.DataFrame,
    relations: pl.DataFrame,
    policy: DisclosurePolicy,
    compare: bool = False,
    naive: bool = True,
) -> Suppression:
    """`Cells` and `Relations` to `Decisions`.

    `compare`: measure the plain greedy choice as well. `naive`: count what primary suppression alone would give away.

    Raises DisclosureBlocked when the audit succeeds against a cell that nobody signed for, EngineFailure when the
    solver cannot answer. Neither lets anything out.
    """
    ruled = with_bands(cells.sort("cell").lazy(), policy).with_columns(rule=primary_rule(policy)).collect()
    problem = problem_of(ruled, relations, policy)
    primary = ruled["rule"].is_not_null().to_numpy()
    signed = ruled["name"].is_in([item.cell for item in policy.acknowledged]).to_numpy()
    _refuse_known(ruled, problem, primary & ~signed)
    guarded = primary & ~signed
    kept = ruled["was_hidden"].to_numpy() if "was_hidden" in ruled.columns else np.zeros(problem.size, dtype=bool)
    hidden, found = protect(problem, guarded, kept & ~signed)
    hidden |= primary
    exposed = found.failing
    if len(exposed):
        raise DisclosureBlocked(f"{len(exposed)} cells exposed: {_names(ruled, exposed)}")
    given_away = audit(problem, guarded, primary | problem.residual) if naive else None
    greedy = None
    if compare:
        picked, after = protect_greedily(problem, guarded)
        greedy = _loss(problem, picked | primary, after)
    return Suppression(
        decisions=_decisions(ruled, hidden & ~problem.residual),
        shown=int((~problem.residual).sum()),
        primary=_loss(problem, primary, given_away),
        chosen=_loss(problem, hidden, found),
        greedy=greedy,
    )


def _refuse_known(ruled: pl.DataFrame, problem: Problem, primary: Bools) -> None:
    """A hidden cell that an earlier release gives away cannot be protected any more."""
    known = np.flatnonzero(primary & (problem.high - problem.low < problem.width))
    if len(known):
        raise DisclosureBlocked(
            f"{len(known)} cells are known from an earlier release: {_names(ruled, known)}; sign for them under "
            "`acknowledged` in the disclosure policy, or publish them"
        )


def _names(ruled: pl.DataFrame, cells: np.ndarray) -> str:
    names = ruled["name"].gather(cells[:5].tolist()).to_list()
    return ", ".join(names) + (" ..." if len(cells) > len(names) else "")


def _loss(problem: Problem, hidden: Bools, found: Audit | None) -> Loss:
    gone = hidden & ~problem.residual
    return Loss(
        cells=int(gone.sum()),
        persons=int(problem.value[gone & problem.integral].sum()),
        cents=int(np.abs(problem.value[gone & ~problem.integral]).sum()),
        recovered=len(found.recovered) if found is not None else None,
        too_narrow=len(found.failing) - len(found.recovered) if found is not None else None,
    )


def _decisions(ruled: pl.DataFrame, hidden: Bools) -> pl.DataFrame:
    """`Decisions` of every cell that is not a residual, sorted by cell."""
    gone = pl.col("hidden")
    banded = pl.col("shown_low") != pl.col("shown_high")
    exact = ~gone & ~banded
    return (
        ruled.with_columns(pl.Series("hidden", hidden))
        .filter(~pl.col("residual"))
        .select(
            "cell",
            "name",
            "unit",
            "value",
            mask=pl.when(gone)
            .then(pl.lit("suppressed"))
            .when(banded)
            .then(pl.lit("banded"))
            .otherwise(pl.lit("published")),
            rule=pl.when(gone).then(pl.coalesce("rule", pl.lit("complementary"))),
            shown_low=pl.when(~gone).then("shown_low"),
            shown_high=pl.when(~gone).then("shown_high"),
            last_exact=pl.when(exact).then("value").otherwise("last_exact"),
        )
        .sort("cell")
    )
