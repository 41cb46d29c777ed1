"""`rung explain`: every row of the mart, the same words, evidence with file and row, and the way up."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from rung.core.errors import RungError
from rung.core.pseudonym import educator_key
from rung.packs.explain import YearExplained, explain, explain_data, explain_text, staff_id_of
from rung.packs.golden_cases import Case, read_case
from rung.packs.load import PROGRAMS, load_pack
from transforms.s3_designate.run import build_designation

CASES = Path(__file__).resolve().parents[2] / "golden" / "packs"


def with_places(case: Case) -> dict[str, pl.LazyFrame]:
    """Give every row of the extracts a file and a row number, as intake does."""
    tables = dict(case.tables)
    for name in ("evaluation", "roster", "leadership"):
        rows = tables[name].collect()
        numbers = pl.Series(range(2, rows.height + 2), dtype=pl.UInt32)
        tables[name] = rows.with_columns(source_file=pl.lit(f"{name}.csv"), source_row=numbers).lazy()
    return tables


def explained(folder: str, staff_id: str) -> list[YearExplained]:
    case = read_case(CASES / folder)
    return explain(
        staff_id, with_places(case), [load_pack(PROGRAMS / f"{case.program_id}.yaml", case.knobs, check=False)]
    )


@pytest.mark.parametrize(
    ("folder", "staff_ids"),
    [
        ("dc_lift__rules_vectors", ["T1", "T6"]),
        ("dc_lift__entry_gap_transfer", ["loss_program_ended", "transfer"]),
        ("denver_teacher_leader", ["entry_second_year", "transfer"]),
        ("texas_tia", ["transfer_two_districts", "edge_forfeits"]),
        ("chicago_team_director", ["entry_director", "edge_team_of_seven"]),
        ("cms_opportunity_culture__cut_set", ["loss_not_proficient"]),
        ("maryland_nbct", ["edge_two_districts", "loss_expires"]),
    ],
)
def test_an_explanation_has_the_rows_and_reasons_of_the_mart(folder: str, staff_ids: list[str]) -> None:
    case = read_case(CASES / folder)
    pack = load_pack(PROGRAMS / f"{case.program_id}.yaml", case.knobs, check=False)
    mart = build_designation(packs=[pack], **dict(case.tables)).collect()
    for staff_id in staff_ids:
        said = explain(staff_id, case.tables, [pack])
        expected = mart.filter(pl.col("staff_id") == staff_id)
        columns = ("lea_id", "school_year", "level", "status", "reason", "rule_id")
        assert [tuple(getattr(row, name) for name in columns) for row in said] == expected.select(columns).rows()


def test_evidence_names_file_and_row_and_nothing_that_the_pack_does_not_read() -> None:
    rows = {row.school_year: row for row in explained("dc_lift__rules_vectors", "T2")}
    evidence = rows[2014].evidence
    assert len(evidence) == 2  # the two Effective ratings that were used up, and no roster row
    assert all(text.startswith("L1/201") and "/evaluation/evaluation.csv row " in text for text in evidence)
    assert all("rating_level E" in text for text in evidence)


def test_an_explanation_cites_its_rule_and_says_the_way_up() -> None:
    rows = {row.school_year: row for row in explained("dc_lift__rules_vectors", "T2")}
    assert "[P1][P3][P8]" in rows[2014].source
    assert rows[2016].next_level.startswith("distinguished, soonest 2018; in 2017: rated HE; in 2018: rated HE")
    assert rows[2017].next_level.startswith("distinguished, soonest 2018; in 2018: rated HE")
    assert rows[2020].next_level == "no rule leads further up"


def test_text_and_data_hold_every_row() -> None:
    rows = explained("texas_tia", "gain_raised_restarts_term")
    text = explain_text("gain_raised_restarts_term", rows)
    assert all(f"  {row.school_year}  " in text and row.reason in text for row in rows)
    assert text.startswith("gain_raised_restarts_term holds no level in 2029.\n")
    held = explain_text("gain_raised_restarts_term", [row for row in rows if row.level is not None])
    assert re.match(r"In \d{4} gain_raised_restarts_term holds \w+ of texas_tia \((held|earned): ", held)
    assert len(explain_data("x", rows)["rows"]) == len(rows) == 8


def test_an_educator_key_is_found_and_a_strange_one_is_told() -> None:
    case = read_case(CASES / "iowa_tlc")
    key = educator_key(b"secret", "entry_model")
    assert staff_id_of(key, case.tables, b"secret") == "entry_model"
    with pytest.raises(RungError, match="nobody on an accepted roster has this educator_key"):
        staff_id_of(key, case.tables, b"another")


def test_who_is_on_no_roster_and_which_program_is_unknown_are_told() -> None:
    case = read_case(CASES / "iowa_tlc")
    pack = load_pack(PROGRAMS / "iowa_tlc.yaml")
    with pytest.raises(RungError, match="on no accepted roster"):
        explain("nobody", case.tables, [pack])
    with pytest.raises(RungError, match="no such program"):
        explain("entry_model", case.tables, [pack], "nowhere")
    assert "no adopted program" in explain_text("somebody", [])
