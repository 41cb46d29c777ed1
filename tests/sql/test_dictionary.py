"""The dictionary tells every column's meaning, and the page in `docs/` is the generated one."""

from __future__ import annotations

from pathlib import Path

from rung.packs.load import load_packs
from rung.release.dictionary import dictionary_page, tables_of, whole_dictionary

ROOT = Path(__file__).parents[2]


def test_docs_are_what_the_contracts_say() -> None:
    written = (ROOT / "docs/data-dictionary.md").read_text(encoding="utf-8")
    assert written == whole_dictionary(load_packs()), "run `rung dictionary > docs/data-dictionary.md`"


def test_every_column_has_a_meaning_and_every_table_says_what_a_row_is() -> None:
    for side in ("restricted", "public"):
        for table in tables_of(side):
            assert table.row.startswith("One row per"), table.name
            assert [entry.column for entry in table.entries if not entry.meaning] == [], table.name
            assert table.key


def test_standard_names_are_carried() -> None:
    page = {table["name"]: table for table in dictionary_page("restricted")}
    school = next(e for e in page["educator_year"]["entries"] if e["column"] == "school_id")
    assert school["edfi"][0] == "SchoolId"
    assert "School Identifier" in school["ceds"]
    assert next(e for e in page["educator_year"]["entries"] if e["column"] == "educator_key")["is_key"]
