"""What was refused is judged again, untouched, when what it depended on changes; what is in force only when asked."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from rung.core.progress import Progress
from rung.intake import made_from
from rung.intake.run import IntakeReceipt, run_intake
from rung.intake.waiver import waive
from rung.lake import certification
from rung.lake.ledger import Submission
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from tests import small_state as small
from tests.kept_rows import kept_rows

PLACE = ("0100", 2026, "payroll")
MAPPING = "layouts:\n  - extract: payroll\n    from_year: 2026\n    columns: {pay_code: Cd}\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    small.write_state(tmp_path)
    return tmp_path


def take_in(root: Path, again: bool = False, today: date | None = None) -> tuple[Workspace, IntakeReceipt]:
    work = open_workspace(root / "rung.toml")
    return work, run_intake(work, load_reference(work.reference), Progress(quiet=True), again=again, today=today)


def pay(root: Path, rows: list[str], name: str = "payroll.csv", header: str = small.PAYROLL) -> Path:
    return small.drop(root, "0100", 2026, "payroll", small.csv(header, rows), name)


def in_force(work: Workspace, place: tuple[str, int, str] = PLACE) -> Submission | None:
    found = [s for s in work.ledger.in_force() if (s.lea_id, s.school_year, s.extract) == place]
    return found[0] if found else None


def states(work: Workspace, place: tuple[str, int, str] = PLACE) -> list[str]:
    return [state for s, state, _ in work.ledger.states() if (s.lea_id, s.school_year, s.extract) == place]


def calendar(root: Path, opens: str, closes: str) -> None:
    text = f"school_year,extract,opens,due,closes\n2026,payroll,{opens},{opens},{closes}\n"
    (root / "reference" / "calendar.csv").write_text(text)


def test_a_mapping_that_comes_later_takes_the_refused_file_in(root: Path) -> None:
    header = small.PAYROLL.replace("pay_code", "Cd")
    pay(root, small.payroll("0100", 2026), header=header)
    work, receipt = take_in(root)
    assert receipt.states["rejected"] == 1 and in_force(work) is None
    assert take_in(root)[1].drops == 0  # nothing changed: no work
    (root / "reference" / "mappings").mkdir()
    (root / "reference" / "mappings" / "0200.yaml").write_text(MAPPING)
    assert take_in(root)[1].drops == 0  # another district's mapping
    (root / "reference" / "mappings" / "0200.yaml").rename(root / "reference" / "mappings" / "0100.yaml")
    work, receipt = take_in(root)
    assert (receipt.states, receipt.judged_again) == ({"accepted": 1}, 1)
    found = in_force(work)
    assert found is not None and found.rows_accepted == 25
    assert states(work) == ["superseded", "accepted"]
    assert take_in(root)[1].drops == 0


def test_a_reference_table_that_is_mended_takes_the_held_file_in(root: Path) -> None:
    schools = root / "reference" / "schools.csv"
    whole = schools.read_text()
    schools.write_text("\n".join(line for line in whole.splitlines() if "010001,2026" not in line) + "\n")
    work, receipt = take_in(root)
    assert receipt.states["held"] == 1
    schools.write_text(whole)
    work, receipt = take_in(root)
    assert receipt.states == {"accepted": 1}
    assert (found := in_force(work, ("0100", 2026, "roster"))) is not None and found.rows_accepted == 8
    # Its rows are those judged under the mended table, and the older verdict's stay.
    mine = [each for each, *_ in work.ledger.states() if (each.lea_id, each.extract) == ("0100", "roster")]
    judged = {each.kept_in: kept_rows(work, each).height for each in mine if each.school_year == 2026}
    assert sorted(judged.values()) == [4, 8]


def test_a_bound_that_is_raised_decides_the_same_submission_again(root: Path) -> None:
    bad = [f"00010{n}1,2026-01-15,BASE,,5.00" for n in range(5)]
    pay(root, [*small.payroll("0100", 2026), *bad])
    work, _ = take_in(root)
    assert states(work) == ["held"]
    with (root / "rung.toml").open("a") as file:
        file.write("[gate]\nmax_quarantine_share = 0.2\n")
    work, receipt = take_in(root)
    assert receipt.states == {"accepted": 1} and states(work) == ["accepted"]


def test_an_old_refused_file_never_replaces_a_newer_one(root: Path) -> None:
    old = pay(root, small.payroll("0100", 2026), "january.csv", small.PAYROLL.replace("pay_code", "Cd"))
    (root / "landing/0100/2026/payroll/payroll.csv").unlink()
    take_in(root)
    os.utime(old, (1_700_000_000, 1_700_000_000))
    take_in(root)
    pay(root, small.payroll("0100", 2026)[:20], "february.csv")
    work, _ = take_in(root)
    (root / "reference" / "mappings").mkdir()
    (root / "reference" / "mappings" / "0100.yaml").write_text(MAPPING)
    work, receipt = take_in(root)
    assert receipt.drops == 0
    assert (found := in_force(work)) is not None and found.rows_accepted == 20


def test_before_it_opens_a_drop_waits_and_is_taken_in_on_the_day(root: Path) -> None:
    calendar(root, "2026-08-01", "2026-09-01")
    work, receipt = take_in(root, today=date(2026, 7, 31))
    assert states(work) == ["held"] and receipt.states["held"] == 2
    assert take_in(root, today=date(2026, 7, 31))[1].drops == 0
    work, receipt = take_in(root, today=date(2026, 8, 1))
    assert receipt.states == {"accepted": 2}


def test_after_it_closed_only_what_would_replace_is_late(root: Path) -> None:
    calendar(root, "2020-01-01", "2020-02-01")
    work, receipt = take_in(root)
    assert receipt.states == {"accepted": 12}  # a first load of a past year is never late
    pay(root, small.payroll("0100", 2026)[:-1])
    work, receipt = take_in(root)
    assert receipt.states == {"late": 1}
    calendar(root, "2020-01-01", "2095-02-01")
    work, receipt = take_in(root)
    assert receipt.states == {"accepted": 1}
    assert states(work) == ["superseded", "accepted"]


def test_a_waiver_takes_a_late_drop_in(root: Path) -> None:
    calendar(root, "2020-01-01", "2020-02-01")
    take_in(root)
    pay(root, small.payroll("0100", 2026)[:-1])
    work, _ = take_in(root)
    waive(work, *PLACE, "a strike", datetime.now(UTC))
    assert (found := in_force(work)) is not None and found.rows_accepted == 24


def test_accepted_ones_are_judged_again_only_when_asked(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work, _ = take_in(root)
    first = in_force(work)
    assert first is not None
    certification.certify(work.ledger, "0200", 2026, datetime.now(UTC), small.SIGNED)
    monkeypatch.setattr(made_from, "code_of", lambda *_: "a corrected rule")
    assert take_in(root)[1].drops == 0
    work, receipt = take_in(root, again=True)
    assert receipt.judged_again == 9 and receipt.states == {"accepted": 9}  # what is certified stays
    second = in_force(work)
    assert second is not None and second.submission_id != first.submission_id
    assert states(work) == ["superseded", "accepted"]
    assert take_in(root, again=True)[1].drops == 0


def test_a_first_load_of_a_past_year_judged_again_is_not_late(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calendar(root, "2020-01-01", "2020-02-01")
    take_in(root)
    monkeypatch.setattr(made_from, "code_of", lambda *_: "a corrected rule")
    assert take_in(root, again=True)[1].states == {"accepted": 12}


@pytest.mark.parametrize(("rows", "state"), [(13, "accepted"), (12, "held")], ids=["half and one more", "below half"])
def test_a_file_that_shrinks_below_half_is_held_with_both_numbers(root: Path, rows: int, state: str) -> None:
    same = [f"0001001,2026-{n // 25 + 1:02d}-{n % 25 + 1:02d},BASE,01,10.00" for n in range(25)]
    pay(root, same)
    take_in(root)
    pay(root, same[:rows])
    work, _ = take_in(root)
    assert states(work)[-1] == state
    if state == "held":
        why = work.ledger.states()[-1][2]
        assert "12 rows" in why and "25" in why
        waive(work, *PLACE, "a school was closed", datetime.now(UTC))
        assert (found := in_force(work)) is not None and found.rows_accepted == 12


@pytest.mark.parametrize(("cents", "state"), [("2.00", "accepted"), ("1.99", "held")])
def test_dollars_that_shrink_below_half_are_held(root: Path, cents: str, state: str) -> None:
    def file(amount: str) -> list[str]:
        return [f"0001001,2026-01-{day:02d},BASE,01,{amount}" for day in range(1, 11)]

    pay(root, file("4.00"))
    take_in(root)
    pay(root, file(cents))
    work, _ = take_in(root)
    assert states(work)[-1] == state
    if state == "held":
        assert "$19.90 would replace the $40.00" in work.ledger.states()[-1][2]


@pytest.mark.parametrize("outside", [5, 6])
def test_a_file_of_another_year_is_sent_back(root: Path, outside: int) -> None:
    """Of ten rows, five outside the year warn; six make it another year's file."""
    rows = [f"0001001,{2024 if n < outside else 2026}-01-{n + 1:02d},BASE,01,10.00" for n in range(10)]
    pay(root, rows)
    work, _ = take_in(root)
    (why,) = (why for s, _, why in work.ledger.states() if (s.lea_id, s.school_year, s.extract) == PLACE)
    assert states(work) == (["rejected"] if outside > 5 else ["accepted"])
    assert ("2024-01-01 to 2026-01-10" in why) == (outside > 5)
