"""Parts of the engine by hand: cells and relations as lists, clusters, room to move, rounding, small leaves."""

from __future__ import annotations

from math import log2

import polars as pl
import pytest

from tests.disclosed import NO_YEARS, levels, policy
from transforms.s6_disclose.blocks import of_state
from transforms.s6_disclose.cells import as_cells, rounded_to
from transforms.s6_disclose.decide import decide
from transforms.s6_disclose.past import anchored, name_of, nothing_before, small_leaves
from transforms.s6_disclose.protect import DisclosureBlocked
from transforms.s6_disclose.relations import declared
from transforms.s6_disclose.room import FREE, ROUNDED, TOP, Room
from transforms.s6_disclose.shape import shaped
from transforms.s6_disclose.system import STATE, System, system_of

FLOW = "public_ladder_flow"
NO_AWARDS = pl.DataFrame(
    schema={"program_id": pl.String, "school_year": pl.Int16, "grain": pl.String, "lea_id": pl.String}
    | {"award": pl.Int64, "holders": pl.Int64}
)


def unruled(blocks: pl.DataFrame) -> pl.DataFrame:
    """Cells of shaped rows of which nothing is hidden yet."""
    rows = pl.concat([blocks, of_state(blocks)])
    return as_cells(
        rows.with_columns(rule=pl.lit(None, pl.String), unit_of_rounding=pl.lit(None, pl.Int64), told=pl.lit(False)),
        policy(),
    )


@pytest.mark.parametrize(("second", "label"), [(0, 0), (1, STATE)])
def test_relations_become_lists_and_the_state_belongs_to_the_one_cluster_of_its_districts(
    second: int, label: int
) -> None:
    """Cells 0 and 1 are two districts', 2 the state's sum of them (define), 3 what a soft relation leaves open."""
    cells = pl.DataFrame(
        {
            "value": [3, 4, 7, 2],
            "low": [0, 0, 0, 0],
            "high": [9, 9, 20, 20],
            "box_low": [3, 4, 5, 2],
            "box_high": [3, 4, 9, 2],
            "need": [5, 5, 0, 0],
            "rank": [-1, -1, 7, 0],
            "mask": ["suppressed", "suppressed", "published", "latent"],
            "name": ["a", "b", "sum", "gap"],
            "cell": [0, 1, 2, 3],
            "round_low": [None, None, 5, None],
            "round_high": [None, None, 9, None],
            "cluster": [0, second, None, None],
        }
    )
    entries = pl.DataFrame(
        [
            ("sum", "define", 0, 1),
            ("sum", "define", 1, 1),
            ("sum", "define", 2, -1),
            ("at most", "soft", 2, 1),
            ("at most", "soft", 3, -1),
        ],
        schema=["name", "kind", "cell", "coefficient"],
        orient="row",
    )
    made = system_of(cells, entries)
    assert made == System(
        value=[3, 4, 7, 2],
        low=[0, 0, 0, 0],
        high=[9, 9, 20, 20],
        box_low=[3, 4, 5, 2],
        box_high=[3, 4, 9, 2],
        need=[5, 5, 0, 0],
        rank=[-1, -1, 7, 0],
        hidden=[True, True, False, True],
        name=["a", "b", "sum", "gap"],
        relations=[[(0, 1), (1, 1), (2, -1)], [(2, 1), (3, -1)]],
        kinds=["define", "soft"],
        says=["sum", "at most"],
        inside=[[(0, 1)], [(0, 1)], [(0, -1), (1, 1)], [(1, -1)]],
        whole_of={0: 2},
        gap_of={1: 3},
        rounding={2: (5, 9)},
        label=[0, second, label, label],
    )


def test_the_room_of_hidden_shown_and_rounded_cells() -> None:
    """A hidden cell moves to its bounds for nothing; a shown one may be hidden at its rank's and its size's
    price; one that may be
    rounded moves nearer, at less, unless it stands rounded already."""
    system = System(
        value=[3, 40, 100, 100, 6],
        low=[0, 0, 0, 0, 0],
        high=[9, 50, 900, 900, 9],
        box_low=[3, 40, 100, 90, 6],
        box_high=[3, 40, 100, 109, 6],
        need=[5, 0, 0, 0, 0],
        rank=[-1, 1_500, 10**11, 10**11, -1],
        hidden=[True, False, False, False, False],
        name=["hidden", "part", "state", "rounded", "never"],
        rounding={2: (90, 109), 3: (90, 109)},
        relations=[[(0, 1), (1, 1), (2, -1), (3, 1), (4, 1)]],
        inside=[[(0, 1)], [(0, 1)], [(0, -1)], [(0, 1)], [(0, 1)]],
    )
    room = Room(system)
    assert (room.free_least.tolist(), room.free_most.tolist()) == ([-3, 0, 0, -10, 0], [6, 0, 0, 9, 0])
    assert (room.least.tolist(), room.most.tolist()) == ([-3, -40, -10, -10, 0], [6, 10, 9, 9, 0])
    assert (room.far_least.tolist(), room.far_most.tolist()) == ([-3, -40, -100, -100, 0], [6, 10, 800, 800, 0])
    part, state = 1.0 * (1 + 1_500 / 1_000_000) * (1 + log2(41)), TOP * (1 + log2(101))
    assert room.weight.tolist() == pytest.approx([FREE, part, ROUNDED, FREE, FREE])
    assert room.far_weight.tolist() == pytest.approx([FREE, part, state, state, FREE])


@pytest.mark.parametrize(
    ("value", "holders", "rule", "unit"),
    [
        # the award of 101 cents times the width of 5 is 505, and three figures of 994,999 are thousands: it may be
        # 994,500 to 995,499, which is four holders fewer or four more
        (994_999, 100, None, 1_000),
        (994_999, 1, None, 1_000),  # one fewer at most, four more: five
        (994_999, 0, "money_tells_level", None),
        (1_500, 100, "money_tells_level", None),  # a unit of 1,000 is more than half of it
        (2_500, 100, None, 1_000),
    ],
)
def test_a_unit_that_tells_holders_or_says_nothing_hides_the_money(
    value: int, holders: int, rule: str | None, unit: int | None
) -> None:
    row = {"lea_id": ["A"], "part": ["a"], "value": [value], "persons": [50], "program_id": ["p"]}
    rows = shaped(
        pl.DataFrame(row | {"school_year": [2026], "cut": ["stream"]}), "public_money", unit="cents", confidential=True
    ).with_columns(rule=pl.lit(None, pl.String))
    awards = pl.DataFrame([("p", 2026, "lea", "A", 101, holders)], schema=NO_AWARDS.schema, orient="row")
    made = rounded_to(rows, policy(), awards)
    assert made.select("rule", "unit_of_rounding").row(0) == (rule, unit)


def test_a_number_of_the_state_may_be_rounded_instead_of_hidden() -> None:
    """By size: below 500 to twenties, above to fifties; what lies in the same unit is where it may lie."""
    cells = unruled(levels({"00001": [400, 70], "00002": [300, 40]}))
    told = cells.filter(pl.col("lea_id").is_null()).select("part", "value", "other_unit", "round_low", "round_high")
    assert sorted(told.rows()) == [
        ("all", 810, 50, 775, 824),
        ("l1", 110, 20, 110, 129),
        ("none", 700, 50, 675, 724),
    ]
    assert cells.filter(pl.col("lea_id").is_not_null())["other_unit"].null_count() == 6


def test_relations_are_named_by_the_words_that_tell_them_apart() -> None:
    """Holders of a level are those who moved to it, in the district and in the state: each relation by its name."""
    flow = pl.DataFrame(
        [("A", f"{start} > {to}", move, n) for start, to, move, n in MOVES_OF_A],
        schema=["lea_id", "part", "cut", "value"],
        orient="row",
    ).with_columns(program_id=pl.lit("p"), school_year=pl.lit(2026), group="value")
    leaves = shaped(flow, FLOW, grain="leaf", sensitive=True, confidential=True)
    cells = unruled(pl.concat([levels({"A": [20, 35]}), leaves]))
    _, entries = declared(cells)
    name_of_cell = dict(cells.select("cell", "name").iter_rows())
    came = entries.filter(pl.col("name").str.starts_with("who holds a level came to it"))
    assert set(came["kind"]) == {"define"}
    assert sorted(
        (name, name_of_cell[cell].split("|")[4], k)
        for name, cell, k in came.select("name", "cell", "coefficient").rows()
    ) == [
        ("who holds a level came to it|p|2026|lea|A|l1", "l1", -1),
        ("who holds a level came to it|p|2026|lea|A|l1", "l1 > l1", 1),
        ("who holds a level came to it|p|2026|lea|A|l1", "none > l1", 1),
        ("who holds a level came to it|p|2026|state||l1", "l1", -1),
        ("who holds a level came to it|p|2026|state||l1", "l1 > l1", 1),
        ("who holds a level came to it|p|2026|state||l1", "none > l1", 1),
    ]


MOVES_OF_A = (("none", "l1", "entered", 15), ("l1", "l1", "stayed", 20), ("l1", "none", "left", 5))


def test_small_leaves_of_a_fresh_block_need_a_width_and_no_others() -> None:
    cells = pl.DataFrame(
        [
            ("A", "leaf", 0, "persons", 3, 0, 99, 0),
            ("A", "leaf", 0, "persons", 10, 0, 99, 0),  # k persons: no small leaf
            ("A", "leaf", 0, "persons", 0, 0, 99, 0),
            ("A", "leaf", -1, "persons", 3, 0, 99, 0),  # of an open program
            ("A", "lea", 0, "persons", 3, 0, 99, 2),
            ("A", "leaf", 0, "cents", 3, 0, 99, 0),
            ("A", "leaf", 0, "persons", 1, 0, 2, 0),  # no wider than what is possible
            ("B", "leaf", 0, "persons", 3, 0, 99, 0),  # nothing fresh there
            (None, "leaf", 0, "persons", 3, 0, 99, 0),
        ],
        schema=["lea_id", "grain", "rank", "unit", "value", "low", "high", "need"],
        orient="row",
    ).with_columns(school_year=pl.lit(2026, pl.Int16))
    fresh = pl.DataFrame({"lea_id": ["A"], "school_year": [2026]}, schema_overrides={"school_year": pl.Int16})
    past = nothing_before()
    made = small_leaves(cells, type(past)(past.masks, past.anchors, fresh, past.told, past.moves), k=10, width=5)
    assert made["need"].to_list() == [5, 0, 0, 0, 2, 0, 2, 0, 0]


def test_a_sum_that_an_earlier_total_tells_is_a_cell_with_its_relation() -> None:
    """The total of A and B stood rounded, three below and four above; C came later."""
    cells = unruled(levels({"A": [30, 3], "B": [30, 4], "C": [30, 5]}))
    past = nothing_before()
    told = pl.DataFrame(
        [(2026, name_of(("A", "B")), "public_designation", "p", None, "l1", 3, 4)],
        schema=["school_year", "set", "table", "program_id", "cut", "part", "less", "more"],
        orient="row",
    ).select(pl.col(name).cast(kind) for name, kind in past.told.schema.items())
    past = type(past)(past.masks, {2026: (("A", "B"),)}, past.fresh, told, past.moves)
    made, entries = anchored(cells, past)
    name = "before|0|public_designation|p|2026||l1"
    own = made.filter(pl.col("cell") >= cells.height)
    assert own.select(
        "cell", "name", "value", "mask", "low", "high", "box_low", "box_high", "shown", "need"
    ).rows() == [(cells.height, name, 7, "rounded", 4, 11, 4, 11, 7, 0)]
    ours = cells.filter(pl.col("lea_id").is_in(["A", "B"]) & (pl.col("part") == "l1"))["cell"].to_list()
    found = entries.select("name", "kind", "cell", "coefficient").rows()
    assert sorted(found) == sorted([(name, "hard", cell, 1) for cell in ours] + [(name, "hard", cells.height, -1)])


def test_a_number_that_cannot_be_hidden_refuses_the_release_and_says_where() -> None:
    """33 in all and 30 without a level stand there for everybody: that three hold one cannot be hidden."""
    told = [("p", "none", 30, False), ("p", "l1", 3, True), ("p", "all", 33, False)]
    told += [("a", part, value, False) for _, part, value, _ in told]  # an open program stands first
    frame = pl.DataFrame(told, schema=["program_id", "part", "value", "sensitive"], orient="row")
    blocks = shaped(
        frame.with_columns(lea_id=pl.lit("A"), school_year=pl.lit(2026), group=pl.lit(33)),
        "public_designation",
        confidential=True,
    )
    rows = pl.concat([blocks, of_state(blocks)])
    awards = NO_AWARDS.select("program_id", "school_year", "award")
    with pytest.raises(DisclosureBlocked) as refused:
        decide(rows, policy(), NO_YEARS, awards, nothing_before())
    assert refused.value.place == ("public_designation", "p", 2026)
