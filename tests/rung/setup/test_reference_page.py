"""`docs/reference.md` is the page that the contracts make, and it names every table, column and key."""

from __future__ import annotations

from pathlib import Path

from contracts.extracts import EXTRACTS
from contracts.reference import REFERENCES
from rung.core.settings import Intake, StoragePlaces
from rung.setup.reference_page import reference_page

PAGE = Path(__file__).parents[3] / "docs" / "reference.md"


def test_the_page_in_docs_is_the_generated_one() -> None:
    said = "run `python -m rung.setup.reference_page > docs/reference.md`"
    assert PAGE.read_text(encoding="utf-8") == reference_page(), said


def test_every_table_column_and_key_is_on_the_page() -> None:
    page = reference_page()
    schemas = {name: each.sent for name, each in EXTRACTS.items()} | {n: each.schema for n, each in REFERENCES.items()}
    for name, schema in schemas.items():
        section = page.split(f"### {name}\n")[1].split("\n##")[0]
        assert [column for column in schema.columns() if f"| `{column}` |" not in section] == [], name
    for model in (Intake, StoragePlaces):
        assert [key for key in model.model_fields if f"| `{key}` |" not in page] == []
