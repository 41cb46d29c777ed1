"""Packs that are wrong are refused, each with the place; right ones pass; knobs are checked like the rest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from rung.core.errors import RungError
from rung.packs.listing import check_file, json_schema
from rung.packs.load import PROGRAMS, load_pack, load_packs
from rung.packs.pack_files import pack_files

RULE = {"reason": "Something is so in {t}", "source": "somebody", "provenance": "assumption"}


def pack(**changes: Any) -> dict[str, Any]:
    """A small sound pack."""
    sound: dict[str, Any] = {
        "program_id": "small",
        "title": "Small",
        "summary": "One level.",
        "place": 99,
        "levels": [{"id": "first", "title": "First", "tier": 1}, {"id": "second", "title": "Second", "tier": 2}],
        "versions": [{"version": "1", "from_year": 2020, "source": "somebody", "provenance": "assumption"}],
        "inputs": {"role": {"a": {"holds_role": {"codes": "A"}}, "b": {"holds_role": {"codes": "B"}}}},
        "rules": [
            {"id": "up", "from": "first", "when": {"role": "a"}, "to": "second", **RULE},
            {"id": "in", "from": "none", "when": {"role": ["a", "b"]}, "to": "first", **RULE},
        ],
    }
    return sound | changes


def written(folder: Path, tree: dict[str, Any]) -> Path:
    path = folder / "small.yaml"
    path.write_text(yaml.safe_dump(tree), encoding="utf-8")
    return path


def rules(*changed: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**old, **new} for old, new in zip(pack()["rules"], changed, strict=True)]


def test_a_sound_pack_passes(tmp_path: Path) -> None:
    assert "sound" in check_file(written(tmp_path, pack()))


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "unknown key": ({"colour": "blue"}, "colour"),
    "rule without source": ({"rules": [{k: v for k, v in pack()["rules"][0].items() if k != "source"}]}, "source"),
    "unknown provenance": ({"rules": rules({"provenance": "hearsay"}, {})}, "provenance"),
    "unknown level": ({"rules": rules({"to": "third"}, {})}, "rules.up: no level `third`"),
    "unknown from": ({"rules": rules({"from": "zeroth"}, {})}, "rules.up: no level `zeroth`"),
    "unknown input": ({"rules": rules({"when": {"job": "a"}}, {})}, "no input or memory `job`"),
    "unknown case": ({"rules": rules({"when": {"role": "c"}}, {})}, "input `role` has no case `c`"),
    "to and answer": ({"rules": rules({"answer": "pending"}, {})}, "either `to` or `answer`"),
    "same id twice": ({"rules": rules({"id": "in"}, {})}, "rule `in` is there twice"),
    "unreachable level": ({"rules": pack()["rules"][1:]}, "level `second`: no rule leads to it"),
    "shadowed rule": (
        {"rules": [*pack()["rules"], {"id": "late", "from": "none", "when": {"role": "a"}, "to": "second", **RULE}]},
        "rules.late: never decides anything",
    ),
    "contradiction": (
        {
            "inputs": {"role": {"a": {"all": [{"holds_role": {}}, {"not": {"holds_role": {}}}]}}},
            "rules": rules({}, {"when": {"role": "a"}}),
        },
        "asks for a condition and for its opposite",
    ),
    "impossible bounds": (
        {
            "inputs": {"role": {"a": {"attribute": {"column": "fte", "at_least": 2, "below": 1}}}},
            "rules": rules({}, {"when": {"role": "a"}}),
        },
        "at least 2.0 and below 1.0",
    ),
    "case asked twice": (
        {"inputs": {"role": {"a": {"holds_role": {}}, "b": {"holds_role": {}}}}},
        "`b` can never be",
    ),
    "two primitives in one": ({"inputs": {"role": {"a": {"holds_role": {}, "rating": {}}}}}, "exactly one primitive"),
    "unknown event": ({"inputs": {"role": {"a": {"event": {"type": "party"}}}}}, "no event type `party`"),
    "undeclared knob": (
        {
            "inputs": {
                "role": {"a": {"attribute": {"column": "fte", "at_least": {"knob": "cut"}}}, "b": {"holds_role": {}}}
            }
        },
        "no knob `cut` is declared",
    ),
    "reason quotes nothing": ({"rules": rules({"reason": "Because {mood}"}, {})}, "quotes `mood`"),
    "overlapping versions": (
        {"versions": [{**pack()["versions"][0], "version": v} for v in ("1", "2")]},
        "in force in the same year",
    ),
    "ratchet that falls": (
        {
            "ratchet": True,
            "term": None,
            "rules": [*pack()["rules"], {"id": "fall", "from": "second", "to": "first", **RULE}],
        },
        "rules.fall",
    ),
    "other file name": ({"program_id": "other"}, "must be the file's name"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_pack_is_refused_with_its_place(name: str, tmp_path: Path) -> None:
    changes, place = WRONG[name]
    with pytest.raises(RungError) as refusal:
        load_pack(written(tmp_path, pack(**changes)))
    assert place in str(refusal.value)
    assert str(refusal.value).startswith("small.yaml")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("knobs", "said"),
    [
        ({"dc_lift": {"windw": "fixed"}}, "no knob `windw`"),
        ({"dc_lift": {"window": "loose"}}, "loose is none of rolling, fixed"),
        ({"texas_tia": {"acknowledged_observation": "high"}}, "is not a number"),
        ({"no_such_program": {}}, "names no program"),
    ],
)
def test_wrong_knobs_are_refused(knobs: dict[str, Any], said: str) -> None:
    with pytest.raises(RungError) as refusal:
        load_packs(knobs=knobs)
    assert said in str(refusal.value)


@pytest.mark.parametrize("path", pack_files(), ids=lambda path: path.stem)
def test_every_shipped_pack_is_sound_whole(path: Path) -> None:
    assert "sound" in check_file(path)


def test_there_are_twenty_two_packs_in_a_settled_order() -> None:
    packs = load_packs(PROGRAMS)
    assert len(packs) == 22
    assert [each.place for each in packs] == list(range(1, 23))
    assert packs[0].program_id == "dc_lift"


def test_every_rule_pay_and_knob_says_where_it_comes_from() -> None:
    for each in load_packs():
        cited = [*each.versions, *each.placement, *each.rules, *each.pay, *each.effects, *each.compliance]
        cited += each.knobs.values()
        assert all(part.source and part.provenance for part in cited), each.program_id


def test_unknown_values_have_no_default() -> None:
    for each in load_packs():
        for name, knob in each.knobs.items():
            assert (knob.provenance == "unknown") == (knob.default is None), f"{each.program_id}.{name}"


def test_every_shipped_pack_is_valid_by_the_json_schema_and_a_wrong_one_is_not() -> None:
    schema = json.loads(json_schema())
    validator = Draft202012Validator(schema)
    for path in pack_files():
        tree = json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")), default=str))
        assert not [f"{path.name} {list(e.path)}: {e.message[:200]}" for e in validator.iter_errors(tree)]
    assert list(validator.iter_errors(pack(colour="blue")))
    assert list(validator.iter_errors(pack(rules=rules({"provenance": "hearsay"}, {}))))


def test_the_schema_file_for_editors_is_in_step() -> None:
    path = PROGRAMS / "pack.schema.json"
    assert path.read_text(encoding="utf-8") == json_schema(), "run: rung programs --schema > programs/pack.schema.json"


def test_cms_position_units_reproduce_the_published_models() -> None:
    units = next(each for each in load_packs() if each.program_id == "cms_opportunity_culture").position_units
    assert units["MCL1"] + 1 + 1 + units["RA"] == pytest.approx(3.95)
    assert units["SRT"] * 2 + 1 + units["RA"] == pytest.approx(3.95)
    assert units["MCL1"] + units["RTT"] + 1 + units["RA"] == pytest.approx(4.00)


def test_no_programs_name_is_in_the_code() -> None:
    root = PROGRAMS.parent
    names = [path.stem for path in pack_files()]
    for folder in ("transforms/s3_designate", "transforms/s2_resolve"):
        for path in sorted((root / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            assert not [name for name in names if name in text], path.name


def test_disputed_figures_are_in_no_pack_and_no_transform() -> None:
    """RULES section 4, traps 5, 8, 12: two thirds lost, proposal amounts and funding totals are not data."""
    root = PROGRAMS.parent
    disputed = ("0.667", "0.66666", "35000", "33500", "31.5", "64.5")
    for path in [
        *pack_files(),
        *sorted((root / "transforms").rglob("*.py")),
        *sorted((root / "contracts").rglob("*.py")),
    ]:
        text = path.read_text(encoding="utf-8").replace("_", "").replace(",", "")
        assert not [figure for figure in disputed if figure in text], path.name


def test_stage_names_are_data_of_a_version() -> None:
    """RULES section 4, trap 9: the seed's names of Achievement First's stages belong to the pack's version `seed`."""
    pack = next(each for each in load_packs() if each.program_id == "achievement_first")
    assert [version.version for version in pack.versions] == ["seed"]
    assert [level.title for level in pack.levels][-2:] == ["Distinguished Teacher", "Master Teacher"]
