"""`rung check`, `status`, `certify`, `reopen` as people and programs call them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rung.cli.main import app
from rung.core.errors import RungError
from rung.core.progress import Progress
from rung.intake.run import run_intake
from rung.lake.reference import load_reference
from rung.lake.workspace import open_workspace
from tests import small_state as small


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("commands")
    small.write_state(root)
    (root / "landing/0200/2026/payroll/payroll.csv").unlink()
    work = open_workspace(root / "rung.toml")
    run_intake(work, load_reference(work.reference), Progress(quiet=True))
    before = Path.cwd()
    os.chdir(root)
    yield root
    os.chdir(before)


def rung(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def check(root: Path, text: str, *more: str) -> Result:
    path = root / "mine.csv"
    path.write_text(text)
    return rung("check", str(path), "--extract", "payroll", "--lea", "0200", "--year", "2026", *more)


def test_check_of_a_good_file(root: Path) -> None:
    landed = sorted(root.rglob("landing/**/*"))
    done = check(root, small.csv(small.PAYROLL, small.payroll("0200", 2026)))
    assert done.exit_code == 0, done.output
    assert "payroll: accepted" in done.output
    assert (root / "rung-check" / "payroll" / "receipt.html").is_file()
    assert sorted(root.rglob("landing/**/*")) == landed  # nothing is uploaded


def test_check_of_foreign_columns_prints_the_mapping(root: Path) -> None:
    header = small.PAYROLL.replace("pay_code", "Pay Cd").replace("fund_code", "Fund")
    done = check(root, small.csv(header, small.payroll("0200", 2026)))
    assert done.exit_code == 1
    assert "FILE-" not in done.output
    assert 'pay_code: "Pay Cd"' in done.output
    assert 'fund_code: "Fund"' in done.output
    said = json.loads(check(root, small.csv(header, small.payroll("0200", 2026)), "--json").output)
    assert said["checked"][0]["state"] == "rejected"
    assert said["checked"][0]["mapping"]


def test_check_says_what_it_cannot_do() -> None:
    for words in (
        ("check", "absent.csv", "--extract", "payroll", "--lea", "0200", "--year", "2026"),
        ("check", "mine.csv", "--extract", "salaries", "--lea", "0200", "--year", "2026"),
    ):
        done = rung(*words)
        assert isinstance(done.exception, RungError)
        assert "\n" not in str(done.exception)


SIGNED = ("--by", "R. Clerk", "--role", "Superintendent")


def test_status_certify_reopen(root: Path) -> None:
    said = json.loads(rung("status", "--json").output)
    assert said["states"] == {"accepted": 11, "missing": 1}
    (missing,) = [line for line in said["lines"] if line["state"] == "missing"]
    assert (missing["lea_id"], missing["school_year"], missing["extract"]) == ("0200", 2026, "payroll")
    assert "never sent" in rung("status").output
    assert "say --by NAME and --role ROLE" in str(rung("certify", "0100", "2026").exception)
    signed = json.loads(rung("certify", "0100", "2026", *SIGNED, "--json").output)
    assert (signed["certified"], signed["signed_by"], len(signed["submissions"])) == (True, "R. Clerk", 3)
    assert (root / "receipts/0100/2026/certification.pdf").read_bytes().startswith(b"%PDF-")
    assert json.loads(rung("status", "--json").output)["states"]["certified"] == 3
    assert "reopened" in rung("reopen", "0100", "2026").output
    assert json.loads(rung("status", "--json").output)["states"] == {"accepted": 11, "missing": 1}
    done = rung("certify", "7777", "2026", *SIGNED)
    assert isinstance(done.exception, RungError)
