"""A district's own columns: renamed, joined, parted, constant, translated; ids by crosswalk; drift is noticed."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import pytest
from pydantic import ValidationError

from contracts.policy.mapping import DistrictMapping, Layout
from transforms.s1_conform.crosswalk import propose_people
from transforms.s1_conform.decode import Bounds
from transforms.s1_conform.identity import shared_ids
from transforms.s1_conform.tolerant_reader import TolerantDrop, read_tolerantly

COLUMNS = {
    "staff_id": "Emp No",
    "school_id": {"column": "Site", "part": r"^(\d{3})"},
    "begin_date": {"constant": "{previous_year}-08-01"},
    "staff_classification": {"column": "Job", "values": {"Tchr": "teacher"}, "otherwise": "other"},
    "position_title": {"columns": ["Job", "Grade"], "separator": ", "},
    "full_time_equivalency": "FTE",
    "first_name": {"column": "Name", "part": r",\s*(.+)$"},
    "last_name": {"column": "Name", "part": r"^([^,]+)"},
}
FILE = (
    'Emp No,Site,Job,Grade,FTE,Name,Payroll ID\n12,001 Oak,Tchr,4,1.0,"Lee, Ann",x\n13,002 Elm,Cook,,0.5,"Ray, Bo",y\n'
)


def layout(**more: object) -> Layout:
    return Layout.model_validate({"extract": "roster", "from_year": 2025, "columns": COLUMNS, **more})


def read(text: str, how: Layout | None, crosswalk: Mapping[str, str] | None = None) -> TolerantDrop:
    table = None
    if crosswalk is not None:
        table = pl.DataFrame(
            {"district_staff_id": list(crosswalk), "staff_id": list(crosswalk.values())},
            schema={"district_staff_id": pl.String, "staff_id": pl.String},
        )
    return read_tolerantly({"roster.csv": text.encode()}, "roster", 2026, how, Bounds(), table)


def test_every_kind_of_source() -> None:
    drop = read(FILE, layout(widths={"staff_id": 5}))
    (table,) = drop.tables
    assert table.text.select(list(COLUMNS)).rows() == [
        ("00012", "001", "2025-08-01", "teacher", "Tchr, 4", "1.0", "Ann", "Lee"),
        ("00013", "002", "2025-08-01", "other", "Cook", "0.5", "Bo", "Ray"),
    ]
    assert drop.repairs["zeros_restored"] == 2
    assert drop.unread_columns == ["Payroll ID"]
    assert table.header == ("Emp No", "Site", "Job", "Grade", "FTE", "Name", "Payroll ID")


def test_the_layout_of_the_year_holds_and_an_old_one_is_noticed() -> None:
    old = {"extract": "roster", "from_year": 2020, "to_year": 2025, "columns": {"staff_id": "Old No"}}
    new = {"extract": "roster", "from_year": 2026, "columns": {**COLUMNS, "staff_id": "Emp Nr"}}
    mapping = DistrictMapping.model_validate({"layouts": [old, new]})
    assert mapping.layout("roster", 2025).columns == {"staff_id": "Old No"}  # type: ignore[union-attr]
    assert mapping.layout("roster", 2019) is None
    drop = read(FILE, mapping.layout("roster", 2026))
    assert [problem.rule_id for problem in drop.problems] == ["FILE-034"]
    assert "Emp Nr" in drop.problems[0].message
    assert drop.drift[0].suggestions[0].candidate == "Emp No"
    assert not drop.tables


def test_missing_columns_are_suggested_by_likeness_and_printed_as_a_mapping() -> None:
    text = "Staff-Unique ID,SchoolID,Begin Dt,Staff Class,Position,FTE\n1,2,2025-08-01,teacher,Teacher,1\n"
    drop = read(text, None)
    assert [problem.rule_id for problem in drop.problems] == ["FILE-033"]
    (report,) = drop.drift
    found = {each.column: each.candidate for each in report.suggestions}
    assert found["begin_date"] == "Begin Dt"
    assert found["staff_classification"] == "Staff Class"
    assert all(60 <= each.score <= 100 for each in report.suggestions)
    stanza = report.stanza(2026)
    # With what was guessed or left open put right by a person, the stanza is a mapping that reads the file.
    import yaml

    agreed = yaml.safe_load(stanza.replace("# which column, or {constant: …}?", '"FTE"'))
    again = read(text, DistrictMapping.model_validate(agreed).layout("roster", 2026))
    assert not again.problems
    assert again.tables[0].text["begin_date"].to_list() == ["2025-08-01"]


def test_names_of_the_standards_need_no_mapping() -> None:
    text = (
        "StaffUniqueId,SchoolId,BeginDate,K12 Staff Classification,PositionTitle,FullTimeEquivalency,Last or Surname\n"
        "007,0012,2025-08-01,Assistant Principal,AP,1.0,Bond\n"
    )
    (table,) = read(text, None).tables
    row = table.text.row(0, named=True)
    assert (row["staff_id"], row["school_id"], row["last_name"]) == ("007", "0012", "Bond")
    assert row["staff_classification"] == "assistant_principal"


@pytest.mark.parametrize(
    "wrong",
    [
        {"columns": {"staff_id": {"column": "a", "constant": "b"}}},
        {"columns": {"staff_id": {"column": "a", "part": "no group"}}},
        {"columns": {"no_such_column": "a"}},
        {"columns": {}, "widths": {"no_such_column": 4}},
        {"columns": {}, "people_by": ["last_name"]},
        {"columns": {}, "typo": True},
    ],
)
def test_a_mapping_that_says_two_things_or_unknown_ones_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Layout.model_validate({"extract": "roster", "from_year": 2026, **wrong})


def test_district_ids_resolve_by_the_crosswalk_only() -> None:
    more = {"columns": {**COLUMNS, "supervisor_staff_id": "Payroll ID"}, "crosswalk": True}
    drop = read(FILE, layout(**more), {"12": "S-900", "x": "S-901"})
    (table,) = drop.tables
    assert table.text.select("staff_id", "supervisor_staff_id", "_broken").rows() == [
        ("S-900", "S-901", None),
        ("13", None, "ROW-005"),  # its own id is shown to the district; somebody else's is not left in place
    ]
    assert drop.repairs["crosswalk_resolved"] == 2
    assert drop.repairs["crosswalk_other_people_unknown"] == 1


def test_people_without_ids_are_proposed_never_applied_and_then_resolved() -> None:
    text = FILE.replace("Emp No", "Nr", 1)
    without = {key: value for key, value in COLUMNS.items() if key != "staff_id"}
    drop = read(text, layout(columns=without))
    assert [problem.rule_id for problem in drop.problems] == ["FILE-033"]
    (sent,) = drop.without_ids
    known = pl.DataFrame(
        {
            "staff_id": ["S1", "S2", "S3"],
            "first_name": ["ANN", "Bo", "Bo"],
            "last_name": ["Lée", "Ray", "Ray"],
            "position_title": ["Tchr 4", "Cook", "Clerk"],
            "school_id": ["001", "009", "008"],
        }
    )
    by = ["first_name", "last_name", "position_title", "school_id"]
    proposal = propose_people(sent, by, known)
    assert proposal.rows() == [
        ("ann|lee|tchr4|001", "S1", "name, title and school", 1),
        ("bo|ray|cook|002", "S2", "name", 2),
        ("bo|ray|cook|002", "S3", "name", 2),
    ]
    accepted = {"ann|lee|tchr4|001": "S1", "bo|ray|cook|002": "S3"}
    resolved = read(text, layout(columns=without, crosswalk=True, people_by=by), accepted)
    assert resolved.tables[0].text["staff_id"].to_list() == ["S1", "S3"]


def test_one_id_for_two_people_in_two_districts() -> None:
    people = pl.LazyFrame(
        [
            ("1", "A", "L1"),
            ("1", "B", "L2"),  # two districts, two licences
            ("2", "A", "L3"),
            ("2", "B", "L3"),  # one person in two districts
            ("3", "A", "L4"),
            ("3", "A", "L5"),  # one district alone: no word against another
            ("4", "A", "L6"),
            ("4", "B", None),
            ("5", "A", "L7"),
            ("5", "B", "L7"),
            ("5", "B", "L8"),  # the right license and a wrong one: the districts agree on the person
        ],
        schema=["staff_id", "lea_id", "license_id"],
        orient="row",
    )
    assert shared_ids(people)["staff_id"].to_list() == ["1"]


def test_the_examples_of_the_page_are_mappings() -> None:
    import re
    from pathlib import Path

    import yaml

    page = (Path(__file__).parents[3] / "docs" / "mapping-files.md").read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert len(examples) == 9
    for example in examples:
        DistrictMapping.model_validate(yaml.safe_load(example))
    shown = re.findall(r"```yaml\n([^`]*(?:`[^`]+`[^`]*)*)```\n\n```csv\n([^`]*)```\n\n```csv\n([^`]*)```", page)
    assert len(shown) == 4
    for example, sent, becomes in shown:
        (layout,) = DistrictMapping.model_validate(yaml.safe_load(example)).layouts
        drop = read_tolerantly({"a.csv": sent.encode()}, layout.extract, 2026, layout, Bounds(), None, "0140")
        right = pl.read_csv(becomes.encode(), infer_schema=False)
        assert not drop.problems
        got = drop.tables[0].text.select(right.columns)
        assert got.rows() == right.rows()
        assert sum(drop.set_aside.values()) == drop.tables[0].rows_aside
    fields = set(Layout.model_fields) - {"to_year"}
    assert {name for name in fields if f"{name}:" not in page} == set()
