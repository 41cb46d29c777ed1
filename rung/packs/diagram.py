"""Draws a program's ladder, as SVG and as Mermaid, from its compiled automaton: it cannot differ from what runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from html import escape

from contracts.policy.packs import Pack
from transforms.s3_designate.automaton import compile_pack
from transforms.s3_designate.graph import Edge, edges
from transforms.s3_designate.transition_table import TransitionTable

BOX_WIDTH, BOX_HEIGHT, STEP = 240, 42, 84
LEFT, TOP, LEGEND_LINE = 250, 40, 20
NOWHERE = "no level"
BUILT_IN = {
    "away": "not on the roster",
    "term_over": "the term is over",
    "program_ended": "the program has ended",
    "hold": "held",
}
TIER_FILL = ("#f4f4f4", "#dcebf7", "#b9d7ee", "#8fbfe0", "#5fa2d0")


def moves(pack: Pack) -> tuple[list[Edge], dict[str, int]]:
    """The ladder's moves over all versions, and the number that each rule has in the drawing."""
    automata: list[TransitionTable] = list(compile_pack(pack).values())
    found = edges(automata)
    numbers: dict[str, int] = {}
    for edge in found:
        numbers.setdefault(edge.rule_id, len(numbers) + 1)
    return found, numbers


def mermaid(pack: Pack) -> str:
    """A Mermaid flowchart; edges carry the rules that make them."""
    found, _ = moves(pack)
    lines = ["flowchart BT", f"  none([{NOWHERE}])"]
    lines += [f'  {level.id}["{level.title}<br/>tier {level.tier}"]' for level in pack.levels]
    for (before, after), rules in _between(found).items():
        lines.append(f"  {before or 'none'} -->|{', '.join(rules)}| {after or 'none'}")
    return "\n".join(lines) + "\n"


def _between(found: Sequence[Edge]) -> dict[tuple[str | None, str | None], list[str]]:
    """Rules by the pair of levels that they join."""
    joined: dict[tuple[str | None, str | None], list[str]] = defaultdict(list)
    for edge in found:
        if edge.rule_id not in joined[edge.before, edge.after]:
            joined[edge.before, edge.after].append(edge.rule_id)
    return joined


def svg(pack: Pack) -> str:
    """A picture: levels as boxes, the highest on top; moves up on the right, down on the left; rules in a legend."""
    found, numbers = moves(pack)
    places = {None: len(pack.levels)} | {
        level.id: len(pack.levels) - 1 - place for place, level in enumerate(pack.levels)
    }
    joined = _between(found)
    reach = max([abs(places[a] - places[b]) for a, b in joined] + [1])
    width = LEFT + BOX_WIDTH + 70 + 34 * reach + 60
    legend = _legend(pack, numbers)
    bottom = TOP + STEP * (len(pack.levels) + 1)
    parts = [_box(None, places, NOWHERE, "", "#ffffff")]
    for level in pack.levels:
        parts.append(_box(level.id, places, level.title, f"{level.id}, tier {level.tier}", TIER_FILL[level.tier]))
    for (before, after), rules in joined.items():
        parts.append(_arrow(places[before], places[after], ", ".join(str(numbers[rule]) for rule in rules)))
    for line, text in enumerate(legend):
        parts.append(f'<text x="20" y="{bottom + 30 + LEGEND_LINE * line}" class="small">{escape(text)}</text>')
    height = bottom + 40 + LEGEND_LINE * len(legend)
    width = max(width, 20 + 7 * max(len(text) for text in legend))
    return _page(pack, "\n".join(parts), width, height)


def _legend(pack: Pack, numbers: dict[str, int]) -> list[str]:
    cited = {rule.id: f"{rule.source} ({rule.provenance})" for rule in (*pack.placement, *pack.rules)}
    return [
        f"{number}  {rule_id.replace('_', ' ')}: {cited.get(rule_id, BUILT_IN.get(rule_id, ''))}"
        for rule_id, number in numbers.items()
    ]


def _middle(place: int) -> int:
    return TOP + STEP * place + BOX_HEIGHT // 2


def _box(level: str | None, places: dict[str | None, int], title: str, under: str, fill: str) -> str:
    y = TOP + STEP * places[level]
    centre = LEFT + BOX_WIDTH // 2
    box = f'<rect x="{LEFT}" y="{y}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="8" fill="{fill}"/>'
    name = f'<text x="{centre}" y="{y + (18 if under else 26)}" text-anchor="middle">{escape(title)}</text>'
    tier = f'<text x="{centre}" y="{y + 34}" text-anchor="middle" class="small">{escape(under)}</text>' if under else ""
    return box + name + tier


def _arrow(start: int, end: int, label: str) -> str:
    """Up on the right, down on the left, itself as a small loop; the further, the wider."""
    if start == end:
        x, y = LEFT + BOX_WIDTH, _middle(start)
        path = f"M {x} {y - 8} C {x + 34} {y - 26}, {x + 34} {y + 26}, {x} {y + 8}"
        return _path(path, x + 32, y + 4, label)
    up = end < start
    x = LEFT + BOX_WIDTH if up else LEFT
    bend = (30 + 34 * abs(start - end)) * (1 if up else -1)
    y1, y2 = _middle(start) + (-6 if up else 6), _middle(end) + (10 if up else -10)
    path = f"M {x} {y1} C {x + bend} {y1}, {x + bend} {y2}, {x} {y2}"
    return _path(path, x + round(bend * 0.75), (y1 + y2) // 2 + 4, label)


def _path(path: str, x: int, y: int, label: str) -> str:
    text = f'<text x="{x}" y="{y}" text-anchor="middle" class="label">{escape(label)}</text>'
    return f'<path d="{path}" fill="none" marker-end="url(#tip)"/>{text}'


def _page(pack: Pack, body: str, width: int, height: int) -> str:
    title = escape(pack.title)
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return f"""<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">
<title>{title}</title>
<style>
text {{ font: 14px sans-serif; fill: #1a1a1a }} .small {{ font-size: 12px; fill: #444 }}
.label {{ font-size: 12px; fill: #0b4f7d; paint-order: stroke; stroke: #fff; stroke-width: 4px }}
rect {{ stroke: #35617f; stroke-width: 1.2 }} path {{ stroke: #35617f; stroke-width: 1.2 }}
</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">
<path d="M 0 0 L 8 4 L 0 8 z" fill="#35617f"/></marker></defs>
<rect x="0" y="0" width="{width}" height="{height}" style="fill:#fff;stroke:none"/>
<text x="20" y="24" style="font-weight:bold">{title}</text>
{body}
</svg>
"""
