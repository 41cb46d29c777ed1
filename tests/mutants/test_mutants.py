"""The score of mutants: what is drawn, what is changed, which tests try it, and the arithmetic of the table."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from tests.mutants.__main__ import table, wilson
from tests.mutants.drawing import ROOT, Mutant, changed_text, difference, draw, mutants_of
from tests.mutants.reach import Reached, function_bodies, timed
from tests.mutants.trial import CAUGHT, SURVIVED, TOO_SLOW, Trial, chosen, try_mutant

MONEY = "transforms/money.py"


def test_each_mutant_is_one_change_of_its_module() -> None:
    mutants = mutants_of(MONEY)
    plain = (ROOT / MONEY).read_text()
    texts = [changed_text(mutant) for mutant in mutants]
    assert len({mutant.name for mutant in mutants}) == len(mutants) > 50
    assert plain not in texts
    assert all(ast.parse(text) for text in texts)
    assert mutants[0].name == f"transforms.money.x_{mutants[0].function}__mutmut_1"
    assert [line[0] for line in difference(mutants[0]).splitlines()] == ["@", "-", "+"]


def test_a_seed_draws_the_same_mutants_again_and_each_once() -> None:
    mutants = mutants_of(MONEY)
    drawn = draw(mutants, 20, 7)
    assert drawn == draw(mutants, 20, 7) != draw(mutants, 20, 8)
    assert len(set(drawn)) == 20


def test_a_function_ends_where_the_next_begins() -> None:
    text = "def a():\n    x = 1\n    return x\n\n\nclass B:\n    n: int\n\n    def c(self):\n        return 2\n"
    assert function_bodies(text) == {"a": {2, 3}, "B.c": {10}}


def reached(file: str, seconds: float | None, text: str = "", *functions: str) -> Reached:
    return Reached(file, text, seconds, frozenset(f"{MONEY}:{name}" for name in functions or ("f",)))


def test_the_tests_nearest_to_a_mutant_come_first_within_the_budget() -> None:
    rows = [
        reached("tests/a.py", 42.0),
        reached("tests/b.py", 4.0),
        reached("tests/c.py", 10.0, "from transforms.money import f"),
        reached("tests/test_money.py", 14.0),
        reached("tests/d.py", 1.0, "", "another"),
        reached("tests/e.py", None),
        reached("tests/f.py", 20.0, "", "f", "g"),
    ]
    mutant = Mutant("transforms.money.x_f__mutmut_1", MONEY, 0, "f")
    names = ["tests/c.py", "tests/test_money.py", "tests/f.py", "tests/b.py"]
    assert [row.file for row in chosen(mutant, rows)] == names


@pytest.mark.parametrize(
    ("test", "outcome"),
    [
        ("assert f() == 1", CAUGHT),
        ("assert f()", SURVIVED),
        ("while f() == 2: pass", TOO_SLOW),
    ],
)
def test_a_mutant_is_tried_with_the_tests_of_its_function(
    test: str, outcome: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One function, one mutant (`return 2`), three tests; the module is whole again afterwards."""
    (tmp_path / "m.py").write_text("def f():\n    return 1\n")
    (tmp_path / "test_m.py").write_text(f"from m import f\n\n\ndef test_f():\n    {test}\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    slow: long\n")
    monkeypatch.setattr("tests.mutants.drawing.ROOT", tmp_path)
    monkeypatch.setattr("tests.mutants.trial.SLACK_SECONDS", 2)
    [mutant] = mutants_of("m.py")
    row = Reached("test_m.py", "", 0.1, frozenset({"m.py:f"}))
    trial = try_mutant(mutant, [row], tmp_path)
    assert (trial.outcome, trial.files) == (outcome, 1)
    assert (tmp_path / "m.py").read_text() == "def f():\n    return 1\n"


def test_a_command_is_ended_after_its_processor_seconds(tmp_path: Path) -> None:
    code, seconds = timed([sys.executable, "-c", "while True: pass"], tmp_path, 1)
    assert code < 0
    assert 0.5 < seconds < 4


def test_the_interval_of_a_share_by_hand() -> None:
    """Wilson's interval of 80 of 100: 71.1 % to 86.7 %; of all of 50: 92.9 % to 100 %."""
    assert wilson(80, 100) == pytest.approx((0.7112, 0.8666), abs=1e-4)
    assert wilson(50, 50) == pytest.approx((0.9287, 1.0), abs=1e-4)


def test_the_table_counts_by_stage_and_in_all() -> None:
    def trial(path: str, outcome: str) -> Trial:
        return Trial(Mutant("n", path, 0, "f"), outcome, 1, 1.0)

    made = [trial("transforms/s2_resolve/pay.py", CAUGHT), trial("transforms/s2_resolve/pay.py", SURVIVED)]
    assert table([*made, trial(MONEY, TOO_SLOW)])[2:] == [
        "| s2_resolve | 2 | 1 | 1 | 0 |",
        "| shared | 1 | 0 | 0 | 1 |",
        "| all | 3 | 1 | 1 | 1 |",
    ]
