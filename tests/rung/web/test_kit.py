"""A kit holds what is the district's and nothing of others; its templates are read by Rung as they are."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pydantic_core
import pytest

from contracts.extracts import EXTRACTS
from rung.core.errors import RungError
from rung.core.settings import load_settings
from rung.intake.dry_run import check_files
from rung.lake.reference import load_reference
from rung.lake.workspace import open_workspace
from rung.web.answer import check
from rung.web.assets import ASSETS, PYDANTIC_CORE, assets_folder, read_asset
from rung.web.district import kit_data, suites
from rung.web.kit import write_kit
from rung.web.workbook_templates import template
from tests import overlay_state
from tests import small_state as small
from transforms.s1_conform.decode import decode


@pytest.fixture
def kit(tmp_path: Path) -> dict[str, Any]:
    """What a kit of district 0100 knows, in a state where both districts have a mapping and a crosswalk."""
    config = small.write_state(tmp_path)
    for lea in small.LEAS:
        for folder in ("mappings", "crosswalks"):
            (tmp_path / "reference" / folder).mkdir(exist_ok=True)
        people = "\n".join(f"{lea[:2]}-{number},{staff}" for number, staff in enumerate(small.staff(lea)))
        (tmp_path / "reference" / "crosswalks" / f"{lea}.csv").write_text(f"district_staff_id,staff_id\n{people}\n")
        (tmp_path / "reference" / "mappings" / f"{lea}.yaml").write_text(
            f"layouts:\n  - extract: payroll\n    from_year: 2026\n    columns: {{amount: Pay of {lea}}}\n"
        )
    work = open_workspace(config)
    return json.loads(json.dumps(kit_data("0100", load_reference(work.reference), work.settings)))


def test_nothing_of_another_district_is_in_a_kit(kit: dict[str, Any]) -> None:
    text = json.dumps(kit)
    assert "0200" not in text and "Elm" not in text
    assert not any(staff in text for staff in small.staff("0200"))
    assert all(staff in text for staff in small.staff("0100"))
    assert "Pay of 0100" in text and "010001" in text and "A-0100" in text
    assert set(kit["tables"]) == {"districts", "schools", "pay_codes", "funds", "rating_systems", "calendar"}


def test_a_district_that_the_state_does_not_have_is_refused(tmp_path: Path) -> None:
    work = open_workspace(small.write_state(tmp_path))
    with pytest.raises(RungError, match="no district 0300"):
        write_kit(work, "0300", tmp_path / "kit")
    assert not (tmp_path / "kit").exists()


def test_the_rules_of_a_kit_are_the_state_s_with_its_own_laid_over(tmp_path: Path) -> None:
    settings = load_settings(overlay_state.write_overlay(tmp_path))
    rules = suites(settings)
    assert set(rules) == set(EXTRACTS)
    assert "PAY-900" in rules["payroll"] and "PAY-024" in rules["payroll"]


def _filled(book: bytes, cells: dict[str, str]) -> bytes:
    """A template with one row of text typed into it."""
    header = list(EXTRACTS["payroll"].sent.columns())
    row = "".join(
        f'<c r="{chr(65 + header.index(name))}2" t="inlineStr"><is><t>{text}</t></is></c>'
        for name, text in sorted(cells.items(), key=lambda cell: header.index(cell[0]))
    )
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(held, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part = part.replace(b"</sheetData>", f'<row r="2">{row}</row></sheetData>'.encode())
            new.writestr(name, part)
    return held.getvalue()


def test_a_template_names_all_columns_offers_the_codes_and_is_read_as_it_is(kit: dict[str, Any]) -> None:
    for extract, contract in EXTRACTS.items():
        book = template(extract, kit["tables"])
        assert book == template(extract, kit["tables"])
        assert [each.rule_id for each in decode(book, f"{extract}.xlsx", _options(extract)).problems] == ["FILE-005"]
        parts = zipfile.ZipFile(io.BytesIO(book))
        texts = parts.read("xl/sharedStrings.xml").decode()
        assert all(f">{name}<" in texts for name in contract.sent.columns())
        assert 'type="list"' in parts.read("xl/worksheets/sheet1.xml").decode()
    assert ">010001<" in texts and ">020001<" not in texts
    row = {"staff_id": "0001001", "pay_date": "2026-01-15", "pay_code": "BASE", "fund_code": "01", "amount": "10.50"}
    book = _filled(template("payroll", kit["tables"]), row | {"school_id": "010001"})
    (checked,) = check(kit | {"mapping": None}, {"payroll.xlsx": book}, "payroll", 2026)
    assert checked.decision.state == "accepted" and checked.rows_warned == 0, checked.files["errors.csv"].decode()


def _options(extract: str) -> Any:
    from transforms.s1_conform.column_matching import known_names
    from transforms.s1_conform.decode import DecodeOptions

    return DecodeOptions(extract=extract, known=known_names(extract, None))


def test_the_pinned_core_is_the_one_that_is_installed() -> None:
    assert f"pydantic_core-{pydantic_core.__version__}-" in PYDANTIC_CORE.file


def test_assets_that_are_absent_or_others_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNG_KIT_ASSETS", str(tmp_path))
    assert assets_folder() == tmp_path
    with pytest.raises(RungError, match="make kit-assets"):
        read_asset(ASSETS[0])
    (tmp_path / ASSETS[0].file).write_bytes(b"something else")
    with pytest.raises(RungError, match="SHA-256"):
        read_asset(ASSETS[0])


def test_a_check_that_would_be_accepted_with_rows_back_says_so(tmp_path: Path) -> None:
    work = open_workspace(small.write_state(tmp_path))
    file = tmp_path / "p.csv"
    rows = small.payroll("0100", 2026)
    file.write_text(small.csv(small.PAYROLL, [*rows, "0001002,2026-01-15,BASE,01,ten"]))
    (checked,) = check_files(work, [file], "payroll", "0100", 2026)
    page = checked.files["receipt.html"].decode()
    assert checked.decision.state == "accepted"
    assert "Nothing was sent" in page and "the rows below would come back to you" in page
    assert "Send the file as it is" not in page
