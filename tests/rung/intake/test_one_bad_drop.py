"""One bad drop in a state of three districts: the other two's eight submissions are accepted, also those of its batch.

The receipt names the reason in a steward's words, nothing hangs, the run's own process stays small (issue 13).
"""

from __future__ import annotations

import html
import json
import re
import shutil
from pathlib import Path

import pytest

from tests.spoiled.one_drop import OTHERS, SECONDS, BadDrop, run_rung, send, send_anew, submissions, write_base
from tests.spoiled.one_drop_cases import CASES

MOST_MEMORY = 1_500  # MB
# What a library or a program says, and no steward.
RIDDLES = re.compile(
    r"error:|errno|traceback|exception|panic|calamine|polars|thrift|zlib|invalid|unexpected|0x[0-9a-f]|None|\{\}|deserial"
)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state with the others' eight submissions accepted; each case has a copy."""
    root = write_base(tmp_path_factory.mktemp("one") / "base")
    done = run_rung(root, "intake")
    assert done.exit_code == 0, done.err
    return root


def test_the_classes_are_many_and_named_once() -> None:
    assert len(CASES) >= 100
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize(
    "case", [pytest.param(each, id=each.name, marks=[] if each.quick else [pytest.mark.slow]) for each in CASES]
)
def test_one_bad_drop(base: Path, tmp_path: Path, case: BadDrop) -> None:
    root = shutil.copytree(base, tmp_path / "state")
    send_anew(root)
    send(root, case)
    done = run_rung(root, "intake", "--json")
    assert done.exit_code is not None and done.seconds < SECONDS, "it hangs"
    assert done.peak < MOST_MEMORY
    assert "fault in Rung" not in done.err and "Traceback" not in done.err
    receipt = json.loads(done.out)
    everything = submissions(root)
    theirs = [each for each in everything if each["lea_id"] in OTHERS]
    in_force = {(each["lea_id"], each["extract"]) for each in theirs if each["state"] == "accepted"}
    assert len(in_force) == 8 and len(theirs) == 10
    assert receipt["states"].get("accepted", 0) == 2 + (case.state == "accepted")
    assert done.exit_code == (1 if case.state in ("rejected", "held", "late") else 0)
    mine = [each for each in everything if each["lea_id"] not in OTHERS]
    assert [each["state"] for each in mine] == ([case.state] if case.state else [])
    assert any(case.names in key for key in receipt["stray"]) or not case.names, receipt["stray"]
    for each in mine:
        told = {found["rule_id"] for found in each["problems"]} | {found["rule_id"] for found in each["rules"]}
        assert case.rule is None or case.rule in told
        assert case.rows is None or (each["rows_accepted"], each["rows_quarantined"]) == case.rows
        assert not RIDDLES.search(each["why"]), each["why"]
        assert len(each["why"]) < 700
        page = html.unescape(re.sub(r"<[^>]*>", "", each["page"]))
        for found in each["problems"]:
            assert re.sub("`([^`]*)`", lambda name: name[1].replace("_", " "), found["fix"]) in page
            assert found["rule_id"] in page
