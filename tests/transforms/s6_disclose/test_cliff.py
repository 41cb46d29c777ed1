"""`public_grant_cliff` by hand: when money ends, and that no confidential program's pay can be taken out of a sum."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import yaml
from transforms.s6_disclose.linkage import as_cells, as_relations
from transforms.s6_disclose.primary import with_bands
from transforms.s6_disclose.problem import problem_of
from transforms.s6_disclose.sums import ending, funded
from transforms.s6_disclose.suppress import suppress

from contracts.policy.disclosure import DisclosurePolicy
from transforms.s5_marts.program_pay import program_pay
from transforms.s6_disclose.layout import laid_out

POLICY = DisclosurePolicy.model_validate(
    yaml.safe_load((Path(__file__).parents[3] / "programs/disclosure.yaml").read_text())
)
Fund = tuple[str, bool | None, date | None]
GRANT: Fund = ("competitive_federal", False, date(2027, 6, 30))
LATE: Fund = ("competitive_federal", False, date(2027, 7, 1))
GIFT: Fund = ("philanthropic", False, None)
ENDOWED: Fund = ("philanthropic", True, None)
LOCAL: Fund = ("local_general", True, None)


def lines(rows: list[tuple[str, str, Fund, int]], year: int = 2026) -> pl.LazyFrame:
    """Classified pay: `lea, program, fund, persons`; each person is paid 1,000 dollars on that fund."""
    full = [
        (lea, program, year, f"{lea}{program}{n:02d}", *fund, 100_000)
        for lea, program, fund, persons in rows
        for n in range(persons)
    ]
    names: dict[str, Any] = {"lea_id": pl.String, "program_id": pl.String, "school_year": pl.Int16}
    names |= {"staff_id": pl.String, "stream": pl.String, "recurring": pl.Boolean, "award_end": pl.Date}
    return pl.LazyFrame(full, schema={**names, "cents": pl.Int64}, orient="row")


def test_ends_by_hand() -> None:
    """An award to 30 June 2027 pays 2027 and not 2028; one day more pays 2028. A past end is next year's."""
    past: Fund = ("philanthropic", False, date(2020, 1, 1))
    unknown: Fund = ("unknown", None, None)
    funds = [("L1", "p", fund, 1) for fund in (GRANT, LATE, GIFT, ENDOWED, past, unknown)]
    made = program_pay(lines(funds)).collect()
    assert sorted(made.select("stream", "ends").rows()) == [
        ("competitive_federal", "2028"),
        ("competitive_federal", "2029"),
        ("philanthropic", "2027"),
        ("philanthropic", "recurs"),
        ("philanthropic", "unknown"),
        ("unknown", "recurs"),
    ]


def test_sums_by_hand() -> None:
    """The latest year alone; only streams in which money ends; a person of two programs once in all together."""
    pay = [("L1", "p", GRANT, 3), ("L1", "p", ENDOWED, 2), ("L1", "p", GIFT, 1), ("L1", "p", LOCAL, 5)]
    both = pl.concat([lines(pay), lines([("L1", "p", LATE, 9)], year=2025)])
    twice = pl.concat([both, lines([("L1", "p", GRANT, 2)]).with_columns(program_id=pl.lit("q"))])
    made = ending(program_pay(twice)).filter(pl.col("grain") == "state").collect()
    assert made["school_year"].unique().to_list() == [2026]
    found = {
        (row["program_id"], row["cut"], row["part"]): (row["value"] // 100_000, row["persons"])
        for row in made.iter_rows(named=True)
    }
    assert found == {
        ("p", "competitive_federal", "2028"): (3, 3),
        ("p", "competitive_federal", "all"): (3, 3),
        ("q", "competitive_federal", "2028"): (2, 2),
        ("q", "competitive_federal", "all"): (2, 2),
        (None, "competitive_federal", "2028"): (5, 3),
        (None, "competitive_federal", "all"): (5, 3),
        ("p", "philanthropic", "recurs"): (2, 2),
        ("p", "philanthropic", "unknown"): (1, 1),
        ("p", "philanthropic", "all"): (3, 2),
        (None, "philanthropic", "recurs"): (2, 2),
        (None, "philanthropic", "unknown"): (1, 1),
        (None, "philanthropic", "all"): (3, 2),
    }


def decided(rows: list[tuple[str, str, Fund, int]], confidential: list[str]) -> pl.DataFrame:
    """`public_grant_cliff` beside `public_funding_mix`, through the whole engine."""
    pay = program_pay(lines(rows))
    shape = pl.concat([ending(pay), funded(pay)]).collect()
    closed = pl.DataFrame(schema={"program_id": pl.String, "school_year": pl.Int16})
    hidden = pl.DataFrame({"program_id": confidential}, schema={"program_id": pl.String})
    cells = as_cells(shape, closed, hidden, None)
    relations = as_relations(cells, pl.DataFrame(schema={"program_id": pl.String, "part": pl.String}))
    problem_of(with_bands(cells.lazy(), POLICY).collect(), relations, POLICY)  # every relation holds on the true values
    return laid_out(cells, suppress(cells, relations, POLICY).decisions, "public_grant_cliff")


def shown(made: pl.DataFrame, program: str | None, grain: str, lea_id: str | None = None) -> dict[str, Any]:
    mine = made.filter(
        pl.col("program_id").eq_missing(pl.lit(program)),
        pl.col("grain") == grain,
        pl.col("lea_id").eq_missing(pl.lit(lea_id)),
    )
    return {row["ends"]: row["amount"] or row["reason"] for row in mine.iter_rows(named=True)}


def test_a_sum_over_programs_gives_none_of_them_away() -> None:
    """Two confidential programs in L1 hide each other in the sum; alone in L2, the sum is the program and is hidden."""
    made = decided([("L1", "p", GRANT, 20), ("L1", "q", GRANT, 30), ("L2", "q", GRANT, 40)], ["p", "q"])
    assert set(shown(made, "p", "lea", "L1").values()) == {"confidential_pay"}
    assert set(shown(made, "q", "state").values()) == {"confidential_pay"}
    assert set(shown(made, None, "lea", "L2").values()) == {"protects_persons"}
    alone = decided([("L1", "p", GRANT, 40), ("L2", "p", GRANT, 30)], ["p"])
    assert alone["amount"].null_count() == alone.height


def test_a_public_registrys_money_is_shown_and_a_few_persons_are_not() -> None:
    made = decided([("L1", "p", GRANT, 20), ("L1", "p", LATE, 30), ("L2", "p", GRANT, 4), ("L2", "p", LATE, 40)], [])
    assert shown(made, "p", "lea", "L2")["2028"] == "protects_persons"
    assert made.filter((pl.col("ends") == "2029") & (pl.col("grain") == "state"))["amount"].null_count() < 2
    assert made.select((pl.col("amount") == 4000).any()).item() is False


def test_a_stream_and_its_only_end_are_hidden_together() -> None:
    """What ends of a stream that wholly ends is the stream: neither may give the other away."""
    made = decided([("L1", "p", GRANT, 20), ("L1", "q", GRANT, 6), ("L2", "p", GRANT, 30), ("L2", "q", GRANT, 30)], [])
    by_place = made.group_by("program_id", "grain", "lea_id", "stream").agg(pl.col("mask").n_unique())
    assert by_place["mask"].to_list() == [1] * by_place.height
