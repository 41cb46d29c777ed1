"""Pages and drawings of programs come from the compiled automaton and say sources, knobs and open questions."""

from __future__ import annotations

from pathlib import Path
from xml.dom.minidom import parseString

import pytest

from contracts.policy.packs import Pack
from rung.core.errors import RungError
from rung.packs.diagram import mermaid, moves, svg
from rung.packs.listing import find_pack, program_data, program_page, programs_table, write_drawing
from rung.packs.load import PROGRAMS, load_pack, load_packs

PACKS = load_packs()


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.program_id)
def test_the_drawing_has_every_level_and_every_move_of_the_automaton(pack: Pack) -> None:
    found, numbers = moves(pack)
    picture = parseString(svg(pack))
    texts = [node.firstChild.data for node in picture.getElementsByTagName("text") if node.firstChild]
    for level in pack.levels:
        assert level.title in texts
    arrows = [p for p in picture.getElementsByTagName("path") if p.getAttribute("marker-end")]
    assert len(arrows) == len({(edge.before, edge.after) for edge in found})
    flow = mermaid(pack)
    for edge in found:
        line = [x for x in flow.splitlines() if x.startswith(f"  {edge.before or 'none'} -->")]
        assert any(edge.rule_id in x and x.endswith(f"| {edge.after or 'none'}") for x in line)
    assert all(any(text.startswith(f"{number}  ") for text in texts) for number in numbers.values())


def test_the_drawing_follows_the_knobs_because_the_automaton_does() -> None:
    """With fixed windows nothing new is drawn for LIFT, but a knob that closes a level changes the picture."""
    lift = find_pack(PACKS, "dc_lift")
    shorter = lift.model_copy(update={"rules": tuple(r for r in lift.rules if r.id != "two_highly_effective")})
    assert "two_highly_effective" in mermaid(lift)
    assert "two_highly_effective" not in mermaid(shorter)
    assert "--> expert" not in mermaid(shorter).replace("|", "")


def test_lift_is_drawn_exactly() -> None:
    lines = mermaid(find_pack(PACKS, "dc_lift")).splitlines()
    assert "  advanced -->|two_highly_effective| distinguished" in lines
    assert "  established -->|one_highly_effective, two_effective| advanced" in lines
    assert not [line for line in lines if line.startswith("  expert -->") and "program_ended" not in line]


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.program_id)
def test_a_page_shows_every_rule_with_its_source_and_every_knob(pack: Pack) -> None:
    page = program_page(pack)
    for rule in (*pack.placement, *pack.rules):
        assert f"  {rule.id}" in page
        assert f"[{rule.source}; {rule.provenance}]" in page
    for name in pack.knobs:
        assert f"  {name} (" in page
    assert pack.program_id in programs_table(PACKS)
    assert program_data(pack)["mermaid"] == mermaid(pack)


def test_an_unset_knob_says_not_configured_until_it_is_set() -> None:
    unset = program_page(find_pack(PACKS, "texas_tia"))
    assert (
        "acknowledged_observation (number): Observation average from which Acknowledged is possible; not configured"
        in unset
    )
    set_pack = load_pack(PROGRAMS / "texas_tia.yaml", {"acknowledged_observation": 3.5})
    assert "now 3.5" in program_page(set_pack)


def test_drawings_are_written_and_unknown_programs_refused(tmp_path: Path) -> None:
    paths = write_drawing(find_pack(PACKS, "iowa_tlc"), tmp_path / "new")
    assert sorted(path.name for path in paths) == ["iowa_tlc.mmd", "iowa_tlc.svg"]
    assert all(path.read_text(encoding="utf-8") for path in paths)
    with pytest.raises(RungError, match="there are: dc_lift"):
        find_pack(PACKS, "nowhere")
