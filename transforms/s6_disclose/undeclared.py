"""Identities between published counts that hold whatever the secrets are, and that no declared relation implies.

A reader who finds one knows more than the engine hides for: a release that has one is refused (DISCLOSURE 4). Counts of
persons are compared by the persons behind them, in the true state and in states whose secrets were dealt anew
(`exchanged`): that all five leaders of a school stayed makes two numbers equal, and is the very secret; in another deal
it does not hold. An identity that holds in every year of its place, for LASTING_PERSONS persons or more, and survives
WORLDS deals, is one of the tables, not of the persons.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from transforms.s6_disclose.blocks import of_state
from transforms.s6_disclose.exchanged import exchanged
from transforms.s6_disclose.fingerprints import Identity, Known, Lasting, district_blocks, identities
from transforms.s6_disclose.implied import everything_declared
from transforms.s6_disclose.run import blocks_of
from transforms.s6_disclose.shape import KEY, PLACE

AT_FIRST, WORLDS = 2, 24  # deals that the search looks at together; deals that an identity must survive


def undeclared(marts: Mapping[str, pl.LazyFrame], steps: pl.DataFrame) -> list[str]:
    """The identities in words, none where all is well. Money is not looked at here (`fingerprints.derived`)."""
    names = [*KEY, *PLACE]
    true = _rows(marts, steps)
    cells = true.sort(names, nulls_last=True).with_columns(
        cell=pl.int_range(pl.len()).cast(pl.Int64), mask=pl.lit("suppressed"), rank=pl.lit(0, pl.Int64)
    )
    true_cells = cells
    weights = np.random.default_rng(7).integers(1, 2**64, AT_FIRST, dtype=np.uint64).tolist()
    for seed, weight in enumerate(weights):
        dealt = _rows(exchanged(marts, steps, seed), steps).select(*names, dealt="print")
        cells = cells.join(dealt, on=names, how="left", nulls_equal=True, maintain_order="left").with_columns(
            print=pl.col("print") + pl.col("dealt").fill_null(0) * pl.lit(weight, pl.UInt64)
        )
        cells = cells.drop("dealt")
    # What is open is known, and numbers of nobody add nothing: neither has a place in the question.
    secret = cells.filter(pl.col("sensitive") & (pl.col("print") != 0)).select("cell")
    declared = everything_declared(cells).join(secret, on="cell", how="semi")
    known, lasting = Known(declared), Lasting(true_cells)
    secrets = set(secret["cell"])
    found: list[Identity] = []
    for block in district_blocks(cells.filter((pl.col("print") != 0) & (pl.col("grain") != "leaf"))):
        basis = known.basis(block["cell"].to_list())
        for identity in identities(block):
            asked = {cell: k for cell, k in identity.items() if cell in secrets}
            if lasting.holds(identity) and not basis.implies(asked):
                basis.add(asked)
                found.append(identity)
    return _surviving(found, marts, steps, cells)


def _rows(marts: Mapping[str, pl.LazyFrame], steps: pl.DataFrame) -> pl.DataFrame:
    """SHAPE rows of persons by district and state."""
    blocks = blocks_of(marts, steps, money=False).filter(pl.col("grain") != "school")
    return pl.concat([blocks, of_state(blocks)])


def _surviving(
    found: list[Identity], marts: Mapping[str, pl.LazyFrame], steps: pl.DataFrame, cells: pl.DataFrame
) -> list[str]:
    """Those that hold in every further deal, in words."""
    names = [*KEY, *PLACE]
    at = cells.select("cell", *names)
    for seed in range(AT_FIRST, WORLDS):
        if not found:
            break
        asked = at.filter(pl.col("cell").is_in([cell for each in found for cell in each]))
        rows = _rows(exchanged(marts, steps, seed), steps).select(*names, "print")
        seen = asked.join(rows, on=names, how="left", nulls_equal=True)
        prints = dict(zip(seen["cell"], seen["print"].fill_null(0), strict=True))
        found = [each for each in found if sum(k * prints[cell] for cell, k in each.items()) % 2**64 == 0]
    words = pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in names], separator="|")
    text = dict(zip(at["cell"], at.select(words).to_series(), strict=True))
    return sorted(
        " ".join(f"{'+' if k > 0 else '-'} {text[cell]}" for cell, k in sorted(each.items())) for each in found
    )
