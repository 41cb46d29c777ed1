"""`rung programs`: the list of packs, one pack's page with rules, citations, knobs and drawing, and `--check FILE`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from contracts.policy.conditions import many
from contracts.policy.packs import Knob, Pack, Rule
from rung.core.errors import RungError
from rung.lake.places import open_place
from rung.packs.describe import condition_text, primitives, when_text
from rung.packs.diagram import mermaid, svg
from rung.packs.load import load_pack
from rung.packs.names import names_of_packs


def find_pack(packs: Sequence[Pack], program_id: str) -> Pack:
    """The pack of that id. Raises RungError naming those there are."""
    for pack in packs:
        if pack.program_id == program_id:
            return pack
    raise RungError(f"{program_id}: no such program; there are: {', '.join(pack.program_id for pack in packs)}")


def programs_table(packs: Sequence[Pack], own: Mapping[str, str] | None = None) -> str:
    """One line a pack. `own`: the packs of the state's folder, `new` or `replaces`."""
    width = max(len(pack.program_id) for pack in packs)
    lines = [f"{'program':{width}}  years      levels  rules  knobs unset  from     title"]
    for pack in packs:
        first, last = min(v.from_year for v in pack.versions), pack.versions[-1].to_year
        unset = sum(pack.knob(name) is None for name in pack.knobs)
        years, rules = f"{first}-{last or ''}", len(pack.placement) + len(pack.rules)
        whose = {"new": "state", "replaces": "state *"}.get((own or {}).get(pack.program_id, ""), "shipped")
        head = f"{pack.program_id:{width}}  {years:9}  {len(pack.levels):6}  {rules:5}  {unset:11}"
        lines.append(f"{head}  {whose:7}  {pack.title}")
    if "replaces" in (own or {}).values():
        lines.append("* replaces the program of this id that Rung ships")
    return "\n".join(lines)


def loose_data(packs: Sequence[Pack]) -> list[dict[str, Any]]:
    """Every loose knob: its program, the state's value, and the districts that differ with theirs."""
    return [
        {
            "program_id": pack.program_id,
            "knob": name,
            "state": pack.knob(name),
            "districts": {lea: values[name] for lea, values in sorted(pack.districts.items()) if name in values},
        }
        for pack in packs
        for name, knob in pack.knobs.items()
        if knob.loose
    ]


def loose_table(packs: Sequence[Pack], districts: Mapping[str, str] | None = None) -> str:
    """One line a loose knob, and one for each district that differs. `districts`: their names by id."""
    names = names_of_packs(packs, districts)
    lines = []
    for each in loose_data(packs):
        value = "not configured" if each["state"] is None else each["state"]
        lines.append(f"{names.program(each['program_id'])}, {each['knob']}: {value} for the state")
        lines += [f"  {names.district(lea)} differs: {own}" for lea, own in each["districts"].items()]
    return "\n".join(lines) or "no program has a knob that a district may set"


def program_data(pack: Pack) -> dict[str, Any]:
    """The pack for `--json`: as loaded, with its drawing."""
    return {**pack.model_dump(mode="json", by_alias=True, exclude_none=True), "mermaid": mermaid(pack)}


def program_page(pack: Pack) -> str:
    """A pack in words: levels, inputs, rules with sources, pay, knobs, open questions, and the ladder in Mermaid."""
    parts = [f"{pack.program_id}: {pack.title}", pack.summary, ""]
    parts += [f"visibility {pack.visibility.kind}; primitives: {', '.join(primitives(pack))}", ""]
    parts += ["Versions", *(_version(pack)), ""]
    parts += ["Levels, lowest first"]
    parts += [f"  {level.id}: {level.title}, state tier {level.tier} (assumption)" for level in pack.levels]
    parts += ["", "What is looked at, each year (the first case that holds)"]
    for name, cases in pack.inputs.items():
        parts += [f"  {name}"] + [f"    {case}: {condition_text(condition)}" for case, condition in cases.items()]
    parts += ["", "Rules, the first that applies decides"]
    for rule in (*pack.placement, *pack.rules):
        parts += _rule(pack, rule)
    if (bank := pack.bank) is not None:
        parts.append(f"  points bank: {bank.threshold:g} units an interval [{bank.source}; {bank.provenance}]")
    parts += _pay(pack) + _knobs(pack)
    if pack.open_questions:
        parts += ["", "Open questions", *(f"  {text}" for text in pack.open_questions)]
    return "\n".join([*parts, "", "The ladder (Mermaid)", mermaid(pack)])


def _version(pack: Pack) -> list[str]:
    years = [(v, f"{v.from_year} to {v.to_year or 'today'}") for v in pack.versions]
    return [f"  {v.version}: {text} [{v.source}; {v.provenance}]" for v, text in years]


def _rule(pack: Pack, rule: Rule) -> list[str]:
    origin = f"from {' or '.join(many(rule.from_))}, " if rule.from_ else ""
    goal = f"to {rule.to}" if rule.to else f"answer {rule.answer}"
    version = f" (version {', '.join(many(rule.versions))})" if rule.versions else ""
    text = f"  {rule.id}{version}: {origin}when {when_text(pack, rule.when)}: {goal}"
    return [text, f"      [{rule.source}; {rule.provenance}]"]


def _pay(pack: Pack) -> list[str]:
    lines = ["", "Pay"] if pack.pay or pack.effects or pack.compliance else []
    for pay in pack.pay:
        number = pack.number(pay.amount)
        amount = "not configured" if number is None else f"{number:,.2f} dollars"
        more = f" plus {pay.times:,.0f} for each of {pay.per}" if pay.per else ""
        where = f"{' or '.join(many(pay.levels)) or 'any level'}, {when_text(pack, pay.when)}"
        lines.append(f"  {amount}{more}: {where} [{pay.source}; {pay.provenance}]")
    lines += [f"  {effect.text} [{effect.source}; {effect.provenance}]" for effect in pack.effects]
    lines += [f"  compliance {cap.rule_id}: {cap.kind} [{cap.source}; {cap.provenance}]" for cap in pack.compliance]
    return lines


def _knobs(pack: Pack) -> list[str]:
    lines = ["", f"Knobs, in rung.toml under [programs.{pack.program_id}]"] if pack.knobs else []
    return lines + [_knob(pack, name, knob) for name, knob in pack.knobs.items()]


def _knob(pack: Pack, name: str, knob: Knob) -> str:
    value = pack.knob(name)
    now = "not configured" if value is None else f"now {value}"
    choices = f", one of {', '.join(knob.choices)}" if knob.choices else ""
    loose = ", loose: a district may differ" if knob.loose else ""
    return f"  {name} ({knob.type}{choices}{loose}): {knob.meaning}; {now} [{knob.source}; {knob.provenance}]"


def write_drawing(pack: Pack, folder: Path) -> list[Path]:
    """Write `<id>.svg` and `<id>.mmd`; returns their paths."""
    place = open_place(str(folder.resolve()), Path.cwd())
    files = {f"{pack.program_id}.svg": svg(pack), f"{pack.program_id}.mmd": mermaid(pack)}
    for name, text in files.items():
        place.write(name, text.encode())
    return [folder / name for name in files]


def check_file(path: Path) -> str:
    """Check one pack file whole. Returns a line that says it is sound; raises RungError with each place that is not."""
    pack = load_pack(path)
    return f"{path.name}: sound; {len(pack.levels)} levels, {len(pack.placement) + len(pack.rules)} rules"


def json_schema() -> str:
    """JSON Schema of a pack file, for editors. Items with `for_each` stand for several and are checked when loaded."""
    schema = Pack.model_json_schema(by_alias=True)
    repeated = {"type": "object", "required": ["for_each"], "properties": {"for_each": {"type": "array"}}}
    for name in ("levels", "placement", "rules", "pay", "effects", "compliance"):
        each = schema["properties"][name]
        each["items"] = {"anyOf": [each["items"], repeated]}
    inputs = schema["properties"]["inputs"]
    inputs["additionalProperties"] = {"anyOf": [inputs["additionalProperties"], repeated]}
    for name in ("knobs", "inputs"):
        each = schema["properties"][name]
        schema["properties"][name] = {"anyOf": [each, repeated], "title": each.get("title", name)}
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, indent=1, sort_keys=True) + "\n"
