"""A proposed layout as a mapping file: YAML that the contract accepts, with what is open as comments."""

from __future__ import annotations

import re
from typing import Any

import yaml

from contracts.policy.mapping import DistrictMapping
from rung.layouts.layout_draft import Proposal

_BREAKS = re.compile(r"[^\S ]|[\x00-\x1f\x7f-\x9f]")  # a district's header may hold any; a comment ends at some


class _OneLine(yaml.SafeDumper):
    """Writes a text that has line breaks or other controls in double quotes, on one line."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style='"' if _BREAKS.search(value) else None)


_OneLine.add_representer(str, _text)


def layout_text(made: Proposal, lea_id: str, file_name: str) -> str:
    """The text of `reference/mappings/<lea_id>.yaml`, to be read and kept by a person."""
    layout = made.layout
    lines = [
        f"# Proposed by `rung map {file_name} --lea {lea_id} --extract {layout['extract']}`.",
        f"# A person reads it, mends it, and puts it into reference/mappings/{lea_id}.yaml; until then nothing holds.",
        *(f"# look: {note}" for note in made.notes),
    ]
    for question in made.questions:
        lines.append(f"# ask: {question.about}: {question.text}")
        lines += [f"#   - {option.label}" for option in question.options]
    lines = [_BREAKS.sub(" ", line) for line in lines]
    lines += ["layouts:", f"  - extract: {layout['extract']}", f"    from_year: {layout['from_year']}"]
    lines.append("    columns:" if layout["columns"] else "    columns: {}")
    for target, source in layout["columns"].items():
        why = made.why.get(target)
        lines.append(f"      {target}: {_flow(source)}" + (f"  # {_BREAKS.sub(' ', why)}" if why else ""))
    for key, value in layout.items():
        if key not in ("extract", "from_year", "columns") and value not in ([], {}):
            lines.append(f"    {key}: {_flow(value)}")
    return "\n".join(lines) + "\n"


def _flow(value: Any) -> str:
    """A value on one line."""
    text: str = yaml.dump(
        value, Dumper=_OneLine, default_flow_style=True, width=10**6, sort_keys=False, allow_unicode=True
    )
    return text.removesuffix("...\n").strip()


def read_back(text: str) -> DistrictMapping:
    """A mapping file's text by its contract. Raises pydantic's ValidationError where it would be refused."""
    return DistrictMapping.model_validate(yaml.safe_load(text))
