"""Which line of a pack file an error is about."""

from __future__ import annotations

import re

import yaml

NAMED_BY = ("id", "version", "rule_id")  # keys by which items of a list are called


def line_of(text: str, place: str) -> int | None:
    """The line, from 1, of the deepest part of the file that `place` leads to; None where its first part is not there.

    `place`: keys, ids and numbers joined by dots; a part that is not there is passed over. Numbers of a list count its
    items after `for_each`. Raises yaml.YAMLError for what is no YAML.
    """
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    line = None
    while place and node is not None:
        found = _child(node, place)
        if found is not None:
            line, node, place = found
        elif line is None:
            return None
        else:
            place = place.partition(".")[2]
    return line


def _child(node: yaml.Node, place: str) -> tuple[int, yaml.Node, str] | None:
    """Line, node and the rest of the place."""
    items = _items(node)
    for name, line, child in items:
        matched = re.match(rf"{name}(?:\.|$)", place)
        if matched:
            return line, child, place[matched.end() :]
    return None


def _items(node: yaml.Node) -> list[tuple[str, int, yaml.Node]]:
    """Pattern of the name, line and node of each part of a mapping or list."""
    if isinstance(node, yaml.MappingNode):
        return [(_pattern(key.value), key.start_mark.line + 1, child) for key, child in node.value]
    found, count = [], 0
    for child in node.value if isinstance(node, yaml.SequenceNode) else ():
        parts = {key.value: value for key, value in child.value} if isinstance(child, yaml.MappingNode) else {}
        times = len(parts["for_each"].value) if "for_each" in parts else 1
        names = [str(count + n) for n in range(times)]
        names += [_pattern(parts[key].value) for key in NAMED_BY if isinstance(parts.get(key), yaml.ScalarNode)]
        found.append((f"(?:{'|'.join(names)})", child.start_mark.line + 1, child))
        count += times
    return found


def _pattern(name: str) -> str:
    """A name as a pattern; `<word>` of a `for_each` stands for any value."""
    return re.sub(r"<\w+>", "[^.]+", re.escape(name))
