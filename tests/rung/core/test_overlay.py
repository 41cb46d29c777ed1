"""A state's own programs, rules and policy lie over the shipped ones; what cannot stand is refused in one line."""

from __future__ import annotations

import io
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from contracts.policy.packs import Pack
from expectations.overlay import needed
from expectations.suites import load_suite
from rung.cli.main import app
from rung.core.errors import RungError
from rung.core.overlay import overlay_sha256
from rung.core.progress import Progress
from rung.core.project import PROGRAMS, SUITES
from rung.core.rules import row_rules_for, suite_of
from rung.core.settings import load_settings
from rung.lake.reference import load_reference
from rung.lake.workspace import open_workspace
from rung.marts.build import run_marts
from rung.packs.golden_cases import read_case
from rung.packs.load import load_pack, packs_of
from rung.packs.pack_files import own_programs
from rung.pipeline import run_all
from rung.release.disclosure_terms import load_policy
from tests import overlay_state as own
from tests import small_state as small
from transforms.s3_designate.run import build_designation

CASES = Path(__file__).parents[2] / "golden" / "packs"


def changed(**meta: Any) -> dict[str, Any]:
    rule = deepcopy(own.NEW_RULE)
    rule["meta"] |= meta
    return rule


def shipped(rule_id: str) -> dict[str, Any]:
    content = json.loads((SUITES / "payroll.json").read_text())
    return next(rule for rule in content["expectations"] if rule["meta"]["rule_id"] == rule_id)


def test_a_run_follows_the_overlay_and_every_file_of_it_decides_numbers(tmp_path: Path) -> None:
    config = own.write_overlay(tmp_path)
    work = open_workspace(config)
    receipt = run_all(work, Progress(quiet=True))
    assert (receipt.intake.rows_quarantined, receipt.intake.states) == (4, {"accepted": 12})
    folder = f"marts/{receipt.marts.inputs_id}"
    rows = pl.read_parquet(io.BytesIO(work.lake.read(f"{folder}/designation.parquet")))
    led = rows.filter(pl.col("program_id") == "top_rated", pl.col("school_year") == 2026, pl.col("level") == "leader")
    assert led["lea_id"].unique().to_list() == ["0100"]
    assert led.height == 2  # two of six teachers are rated HE every year
    quality = pl.read_parquet(io.BytesIO(work.lake.read(f"{folder}/data_quality.parquet")))
    assert quality.filter(pl.col("rule_id") == "PAY-900")["failed"].sum() == 4
    manifest = json.loads(work.releases.read(f"{receipt.release.release_id}/manifest.json"))
    assert manifest["disclosure"]["policy"]["minimum_persons"] == 12
    assert "top_rated" in manifest["packs"]
    reference = load_reference(work.reference)
    assert not run_marts(work, reference, Progress(quiet=True)).built
    (tmp_path / "programs" / "districts.yaml").write_text("{}\n")
    assert run_marts(open_workspace(config), reference, Progress(quiet=True)).built


def test_a_loose_knob_differs_in_the_district_that_sets_it_and_nowhere_else(tmp_path: Path) -> None:
    packs = {pack.program_id: pack for pack in packs_of(load_settings(own.write_overlay(tmp_path)))}
    (base, nobody), (oak, leas) = packs["dc_lift"].variants()
    assert (base.knob("gap"), nobody) == ("break", frozenset())
    assert (oak.knob("gap"), leas) == ("bridge", frozenset({"0200"}))


def test_a_district_that_differs_gets_the_levels_of_its_own_knob() -> None:
    case = read_case(CASES / "dc_lift__entry_gap_transfer")
    path = PROGRAMS / "dc_lift.yaml"

    def levels(pack: Pack, lea_id: str) -> list[tuple[Any, ...]]:
        rows = build_designation(packs=[pack], **dict(case.tables)).filter(pl.col("lea_id") == lea_id)
        return rows.select("staff_id", "school_year", "level", "status").sort(pl.all()).collect().rows()

    breaks, bridges = load_pack(path, {"gap": "break"}), load_pack(path, {"gap": "bridge"})
    differs = load_pack(path, {"gap": "break"}, districts={"L2": {"gap": "bridge"}})
    assert levels(breaks, "L2") != levels(bridges, "L2")
    assert levels(differs, "L2") == levels(bridges, "L2")
    assert levels(differs, "L1") == levels(breaks, "L1")


def test_who_differs_is_listed_by_name(tmp_path: Path) -> None:
    config = own.write_overlay(tmp_path)
    told = CliRunner().invoke(app, ["programs", "--loose", "-c", str(config)])
    lift = "Leadership Initiative for Teachers (District of Columbia) (dc_lift), gap"
    assert f"{lift}: break for the state\n  Elm (0200) differs: bridge\n" in told.output
    asked = CliRunner().invoke(app, ["programs", "--loose", "--json", "-c", str(config)])
    rows = {(each["program_id"], each["knob"]): each for each in json.loads(asked.stdout)["loose"]}
    assert rows["dc_lift", "gap"] == {
        "program_id": "dc_lift",
        "knob": "gap",
        "state": "break",
        "districts": {"0200": "bridge"},
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dc_lift: {'0200': {window: fixed}}", "`window` is one for all districts; loose: gap"),
        ("dc_lift: {'0200': {gap: sometimes}}", "sometimes is none of break, bridge"),
        ("dc_lift: {'0200': {gasp: break}}", "no knob `gasp`"),
        ("dc_lifts: {'0200': {gap: break}}", "dc_lifts is no program"),
        ("dc_lift: break", "dc_lift"),
        ("{", "cannot be read as YAML"),
    ],
)
def test_a_district_setting_that_cannot_stand(tmp_path: Path, text: str, said: str) -> None:
    settings = load_settings(own.write_overlay(tmp_path))
    (tmp_path / "programs" / "districts.yaml").write_text(text)
    with pytest.raises(RungError, match=said) as error:
        packs_of(settings)
    assert "\n" not in str(error.value)


def test_a_pack_of_the_state_is_new_or_replaces_and_is_checked_whole(tmp_path: Path) -> None:
    settings = load_settings(own.write_overlay(tmp_path))
    folder = tmp_path / "programs"
    (folder / "dc_lift.yaml").write_text(own.PROGRAM.replace("top_rated", "dc_lift"))
    (folder / "districts.yaml").unlink()
    assert own_programs(settings) == {"dc_lift": "replaces", "top_rated": "new"}
    assert {pack.program_id: pack for pack in packs_of(settings)}["dc_lift"].title == "Top Rated"
    (folder / "dc_lift.yaml").write_text(own.PROGRAM.replace("top_rated", "dc_lift").replace("{rating: HE}", "{x: HE}"))
    with pytest.raises(RungError, match=r"dc_lift\.yaml.*no input or memory `x`"):
        packs_of(settings)


def test_a_rule_is_added_reworded_tightened_and_switched_off(tmp_path: Path) -> None:
    settings = load_settings(own.write_overlay(tmp_path))
    before = overlay_sha256(settings, "expectations")
    reworded, tightened = shipped("PAY-006"), shipped("PAY-026")
    reworded["meta"]["message"] = "Nobody is named on this pay line."
    tightened["meta"]["severity"] = "error"
    del tightened["meta"]["needs_answer"]  # rows of errors come back: there is nothing to answer
    own.write_suite(tmp_path, [reworded, tightened, own.NEW_RULE], {"PAY-032": "Our districts do not keep hours."})
    assert overlay_sha256(settings, "expectations") != before
    rules = {rule.rule_id: rule for rule in row_rules_for("payroll", 2026, settings)}
    assert rules["PAY-006"].message == "Nobody is named on this pay line."
    assert rules["PAY-026"].severity == "error"
    assert "PAY-032" not in rules and "PAY-900" in rules
    shipped_ids = [rule.rule_id for rule in load_suite("payroll", SUITES).expectations]
    now = [rule.rule_id for rule in suite_of("payroll", settings).expectations]
    assert now == [*(rule_id for rule_id in shipped_ids if rule_id != "PAY-032"), "PAY-900"]


LOOSER = {**shipped("PAY-023"), "kwargs": {"column": "hours"}}
WARNED = {**shipped("PAY-023"), "meta": {**shipped("PAY-023")["meta"], "severity": "warn"}}


@pytest.mark.parametrize(
    ("rules", "off", "said"),
    [
        ([], {"PAY-032": "no"}, "say why it is switched off"),
        ([], {"PAY-999": "There is no such rule."}, "PAY-999, which is no rule of payroll"),
        ([], {"PAY-006": "We would rather not ask."}, "needs PAY-006; it cannot be switched off"),
        ([], {"PAY-010": "We would rather not ask."}, "needs PAY-010; it cannot be switched off"),
        ([], {"PAY-036": "We would rather not ask."}, "needs PAY-036; it cannot be switched off"),
        ([LOOSER], {}, "needs PAY-023 as it is"),
        ([WARNED], {}, "needs PAY-023 as it is"),
        ([changed(rule_id="ROS-001")], {}, "ROS-001 is a rule of roster"),
        ([own.NEW_RULE, own.NEW_RULE], {}, "rule ids stand twice: PAY-900"),
        ([own.NEW_RULE], {"PAY-900": "Switched off at once."}, "written and switched off at once"),
        (
            [changed(examples={"passes": [{"amount": 401, "pay_code": "LIFT"}], "fails": [{"amount": 500}]})],
            {},
            "passes",
        ),
        ([changed(examples={"passes": [{"amount": 1}], "fails": [{"amount": 5, "pay_code": "LIFT"}]})], {}, "fails"),
        ([changed(examples={"passes": [{"money": 1}], "fails": [{"amount": 500, "pay_code": "LIFT"}]})], {}, "money"),
        (
            [{**own.NEW_RULE, "kwargs": {"column": "salary", "max_value": 1}}],
            {},
            "salary, which is no column of payroll",
        ),
        ([changed(severity="nasty")], {}, "severity"),
    ],
)
def test_a_rule_that_cannot_stand(tmp_path: Path, rules: list[dict[str, Any]], off: dict[str, str], said: str) -> None:
    settings = load_settings(own.write_overlay(tmp_path))
    own.write_suite(tmp_path, rules, off)
    with pytest.raises(RungError, match=said) as error:
        suite_of("payroll", settings)
    assert "\n" not in str(error.value) and "payroll.json" in str(error.value)


def test_the_computation_needs_what_closes_the_contract_and_no_warning() -> None:
    rules = {rule.rule_id: needed("payroll", rule) for rule in load_suite("payroll", SUITES).expectations}
    assert {rule_id for rule_id, is_needed in rules.items() if is_needed} >= {
        "PAY-001",
        "PAY-006",
        "PAY-024",
        "PAY-029",
    }
    assert not any(rules[rule_id] for rule_id in ("PAY-014", "PAY-016", "PAY-026", "PAY-032", "PAY-033"))


def test_the_policy_lies_over_the_shipped_one_key_by_key(tmp_path: Path) -> None:
    config = own.write_overlay(tmp_path)
    (tmp_path / "disclosure.yaml").write_text("dominance: {largest_share: 0.6}\nzero_shown_from: 30\n")
    policy = load_policy(open_workspace(config))
    assert (policy.dominance.largest_share, policy.dominance.two_largest_share) == (0.6, 0.9)
    assert (policy.zero_shown_from, policy.uniform, policy.minimum_persons) == (30, True, 10)
    (tmp_path / "disclosure.yaml").write_text("uniform: false\n")
    with pytest.raises(RungError, match=r"`uniform` is False, less than the True before it"):
        load_policy(open_workspace(config))
    for looser, words in (
        ("width: {dollars: 999}", "`width.dollars` is 999, less than the 1000 before it"),
        ("width: {money_share: 0.19}", "`width.money_share` is 0.19, less than"),
        ("dominance: {largest_share: 0.76}", "`dominance.largest_share` is 0.76, more than"),
        ("rounded_figures: 4", "`rounded_figures` is 4, more than the 3 before it"),
    ):
        (tmp_path / "disclosure.yaml").write_text(looser + "\n")
        with pytest.raises(RungError, match=words):
            load_policy(open_workspace(config))
    (tmp_path / "disclosure.yaml").write_text("width: {persons: 3, dollars: 1001}\nrounded_figures: 2\n")
    assert load_policy(open_workspace(config)).width.persons == 3
    (tmp_path / "disclosure.yaml").write_text("minimum_person: 12\n")
    with pytest.raises(RungError, match=r"disclosure\.yaml: `minimum_person`"):
        load_policy(open_workspace(config))


@pytest.mark.parametrize(("asked", "k"), [(None, 12), (12, 12), (13, 13)])
def test_rung_toml_raises_the_fewest_persons_of_the_policy(tmp_path: Path, asked: int | None, k: int) -> None:
    config = own.write_overlay(tmp_path)
    if asked is not None:
        config.write_text(config.read_text() + f"[disclosure]\nminimum_persons = {asked}\n")
    assert load_policy(open_workspace(config)).minimum_persons == k


def test_rung_toml_cannot_lower_the_fewest_persons_of_the_policy(tmp_path: Path) -> None:
    config = own.write_overlay(tmp_path)
    config.write_text(config.read_text() + "[disclosure]\nminimum_persons = 11\n")
    with pytest.raises(RungError, match=r"`disclosure\.minimum_persons` is 11; the policy says 12"):
        load_policy(open_workspace(config))


@pytest.mark.parametrize("key", ["programs", "expectations", "disclosure"])
def test_an_overlay_that_is_not_there_stops_before_work_starts(tmp_path: Path, key: str) -> None:
    config = small.write_state(tmp_path)
    config.write_text(small.CONFIG + f'[overlay]\n{key} = "nowhere"\n')
    with pytest.raises(RungError, match=f"`overlay.{key}` names nowhere"):
        load_settings(config)
