"""Planted attacks that must fail: sums nobody declared, absence of rows, a late district, one changed educator."""

from __future__ import annotations

import polars as pl
import pytest

from rung.release.memory import MASKED, Memory, Plan, believed, moves_of, plan
from tests.disclosed import decided, files_of, holds, levels, masks, policy
from transforms.s6_disclose import fingerprints
from transforms.s6_disclose.decide import Decided
from transforms.s6_disclose.protect import DisclosureBlocked, protect
from transforms.s6_disclose.system import System

K = policy().minimum_persons


def cells(prints: dict[str, list[int]], persons: int = 30) -> pl.DataFrame:
    """Cells of one LEA: by part its prints in the years from 2020 on; parts named open_* are not sensitive."""
    rows = [
        {"part": part, "school_year": 2020 + n, "print": value}
        for part, values in prints.items()
        for n, value in enumerate(values)
    ]
    return pl.DataFrame(rows).select(
        pl.int_range(pl.len()).cast(pl.Int64).alias("cell"),
        pl.lit("public_retention").alias("table"),
        pl.lit(None, pl.String).alias("program_id"),
        pl.lit("leaders").alias("cut"),
        "part",
        pl.lit("lea").alias("grain"),
        pl.lit("00001").alias("lea_id"),
        pl.col("school_year").cast(pl.Int16),
        pl.col("print").cast(pl.UInt64),
        pl.lit(persons, pl.Int64).alias("persons"),
        ~pl.col("part").str.starts_with("open_").alias("sensitive"),
    )


NONE = pl.DataFrame(schema={"name": pl.String, "kind": pl.String, "cell": pl.Int64, "coefficient": pl.Int64})
A, B, C = [2**60 + 7, 2**59 + 3], [2**61 + 11, 2**58 + 5], [2**57 + 1, 2**56 + 9]


@pytest.mark.parametrize(
    ("prints", "found"),
    [
        ({"x": A, "open_y": A}, 2),
        ({"x": A, "y": B, "open_z": [a + b for a, b in zip(A, B, strict=True)]}, 3),
        ({"x": A, "y": B, "z": C, "open_w": [a + b + c for a, b, c in zip(A, B, C, strict=True)]}, 4),
        ({"x": A, "y": B, "z": C, "open_w": [a + b - c for a, b, c in zip(A, B, C, strict=True)]}, 4),
        ({"open_x": A, "open_y": A}, 0),  # open numbers alone tell nothing new
        ({"x": A, "open_y": [A[0], A[1] + 1]}, 0),  # once, not always: that it holds is the secret
    ],
)
def test_identities_that_nobody_declared_are_found(prints: dict[str, list[int]], found: int) -> None:
    made = fingerprints.derived(cells(prints), NONE)
    sizes = set(made.group_by("name").len()["len"])
    assert sizes == ({found} if found else set())


def test_an_implied_identity_is_not_added_and_few_persons_are_no_structure() -> None:
    linked = cells({"x": A, "y": B, "open_z": [a + b for a, b in zip(A, B, strict=True)]})
    parts = linked.with_columns(
        name=pl.concat_str(pl.lit("parts|"), pl.col("school_year")),
        kind=pl.lit("hard"),
        coefficient=pl.when(pl.col("part") == "open_z").then(-1).otherwise(1).cast(pl.Int64),
    )
    assert fingerprints.derived(linked, parts.select(NONE.columns).sort("name", "cell")).is_empty()
    assert fingerprints.derived(cells({"x": A, "open_y": A}, persons=3), NONE).is_empty()


def test_a_relation_that_leaves_nothing_open_is_named_and_refused() -> None:
    """A hidden number equal to a shown one, found by its print: no world differs in it."""
    system = System([3, 3], [0, 0], [99, 99], [3, 3], [3, 3], [5, 0], [0, -1], [True, False], ["hidden", "shown"])
    system.relations, system.kinds, system.says = [[(0, 1), (1, -1)]], ["hard"], ["derived|00000"]
    system.inside = [[(0, 1)], [(0, -1)]]
    with pytest.raises(DisclosureBlocked, match=r"hidden cannot be hidden by 5; it stands in: derived\|00000"):
        protect(system)


def records(counts: dict[str, list[int]], moved: dict[str, int] | None = None) -> pl.DataFrame:
    """A record by person; of each LEA in `moved` so many are other than before."""
    rows = [
        (lea, 2026, f"{lea}-{n}", "new" if n < (moved or {}).get(lea, 0) else "old")
        for lea, holders in counts.items()
        for n in range(sum(holders))
    ]
    schema = {"lea_id": pl.String, "school_year": pl.Int16, "person": pl.String, "record": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def remembered(planned: Plan, made: Decided, number: int = 1) -> Memory:
    own = made.rows.select(*MASKED, *believed())
    blocks = planned.blocks.join(own, on=MASKED[:8], how="left", nulls_equal=True)
    rows = pl.concat([blocks, own.filter(pl.col("grain") == "state")], how="diagonal")
    return Memory(
        number,
        "policy",
        planned.since,
        planned.anchors,
        planned.records,
        rows,
        planned.past.told,
        moves_of(made.cells, made.movements),
    )


def release(
    counts: dict[str, list[int]], memory: Memory | None, moved: dict[str, int] | None = None, late: str = "round"
) -> tuple[Plan, Decided]:
    planned = plan(levels(counts), records(counts, moved), memory, K, "2026-11-01", late)
    made = decided(planned.blocks, past=planned.past)
    assert holds(files_of(made))
    return planned, made


FIRST = {"00001": [40, 3, 30], "00002": [30, 25, 40], "00003": [35, 4, 44]}


@pytest.mark.parametrize(("changed", "replaced"), [(1, False), (K - 1, False), (K, True)])
def test_few_changed_records_change_nothing_and_k_replace_the_block(changed: int, replaced: bool) -> None:
    """One corrected educator would be the difference of two releases: school, level and bonus."""
    memory = remembered(*release(FIRST, None))
    now = {**FIRST, "00002": [30 - changed, 25 + changed, 40]}
    planned, made = release(now, memory, {"00002": changed})
    value = made.rows.filter((pl.col("lea_id") == "00002") & (pl.col("part") == "l1"))["value"][0]
    assert value == (25 + changed if replaced else 25)
    assert (("00002", 2026) in planned.kept) is not replaced


def test_a_late_district_is_not_the_difference_of_two_states() -> None:
    """Its hidden level would be the state now less the state before; with `round` the state's number is rounded."""
    memory = remembered(*release(FIRST, None))
    now = {**FIRST, "00004": [40, 6, 30]}
    _, made = release(now, memory)
    seen = masks(made)
    assert seen["00004", "l1"] == "suppressed"
    assert seen["state", "l1"] in ("rounded", "suppressed")
    row = made.rows.filter((pl.col("grain") == "state") & (pl.col("part") == "l1"))
    before = sum(holders[1] for holders in FIRST.values())
    if seen["state", "l1"] == "rounded":
        possible = (row["box_low"][0] - before, row["box_high"][0] - before)
        assert possible[1] - possible[0] >= policy().width.persons
        assert row["shown"][0] - before != 6 or possible[0] < 6 < possible[1]


def test_a_late_district_may_wait_for_a_second() -> None:
    memory = remembered(*release(FIRST, None))
    planned, made = release({**FIRST, "00004": [40, 6, 30]}, memory, late="wait")
    assert "00004" not in set(made.rows["lea_id"].drop_nulls())
    assert ("00004", 2026) not in planned.since
    two = {**FIRST, "00004": [40, 6, 30], "00005": [50, 7, 30]}
    _, made = release(two, memory, late="wait")
    assert {"00004", "00005"} <= set(made.rows["lea_id"].drop_nulls())


def test_what_was_shown_stays_shown_and_what_was_hidden_stays_hidden() -> None:
    """A complement that turns to shown would open what it protected, and a shown number cannot be taken back."""
    first_plan, first = release(FIRST, None)
    memory = remembered(first_plan, first)
    _, second = release({**FIRST, "00004": [40, 60, 30]}, memory)
    before, after = masks(first), masks(second)
    kept = {key: mask for key, mask in before.items() if key[0] in FIRST}
    assert kept == {key: after[key] for key in kept}


def test_every_level_has_its_row_so_that_absence_tells_nothing() -> None:
    seen = masks(decided(levels({"00001": [0, 30, 0], "00002": [20, 30, 25]})))
    assert {part for place, part in seen if place == "00001"} == {"none", "l1", "l2", "all"}
