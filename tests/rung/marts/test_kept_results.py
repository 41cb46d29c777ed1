"""Results kept by content: what did not change is not computed again, and comes out the same as from an empty lake."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import rung.marts.person_stages as stages
from contracts.policy.packs import Pack
from rung.core.code import _closure, _modules
from rung.core.progress import Progress
from rung.intake.run import run_intake
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from rung.marts.build import MartsReceipt, run_marts
from rung.marts.set_plan import pack_data
from rung.packs.load import load_packs
from tests import small_state as small


def marts_of(work: Workspace) -> tuple[MartsReceipt, dict[str, bytes]]:
    reference = load_reference(work.reference)
    run_intake(work, reference, Progress(quiet=True))
    receipt = run_marts(work, reference, Progress(quiet=True))
    folder = work.settings.root / "lake" / "marts" / receipt.inputs_id
    return receipt, {path.name: path.read_bytes() for path in sorted(folder.glob("*.parquet"))}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The packs that designations are computed for, in order."""
    calls: list[str] = []
    real = stages.build_designation

    def counted(*, packs: Sequence[Pack], **tables: Any) -> Any:
        calls.extend(pack.program_id for pack in packs)
        return real(packs=packs, **tables)

    monkeypatch.setattr(stages, "build_designation", counted)
    return calls


@pytest.mark.slow
def test_only_what_changed_is_computed_and_the_marts_are_those_of_an_empty_lake(
    tmp_path: Path, asked: list[str]
) -> None:
    small.write_state(tmp_path)
    work = open_workspace(tmp_path / "rung.toml")
    first, _ = marts_of(work)
    everyone = {pack.program_id for pack in load_packs()}
    assert first.built and len(asked) == len(everyone) and set(asked) == everyone
    asked.clear()
    assert not marts_of(work)[0].built and asked == []

    lines = small.payroll(small.LEAS[0], small.YEARS[-1])
    small.drop(tmp_path, small.LEAS[0], small.YEARS[-1], "payroll", small.csv(small.PAYROLL, lines[:-1]))
    second, files = marts_of(work)
    assert second.built and second.inputs_id != first.inputs_id
    assert asked == [], "payroll is nothing that a designation reads"

    shutil.rmtree(tmp_path / "lake" / "marts")
    shutil.rmtree(tmp_path / "lake" / "results")
    shutil.rmtree(tmp_path / "lake" / "pay_sums")
    assert marts_of(work) == (second, files)
    assert len(asked) == len(everyone) and set(asked) == everyone


@pytest.mark.parametrize("change", [{"settings": {"cap": 3}}, {"districts": {"0100": {"cap": 3}}}])
def test_a_knob_is_part_of_what_a_designation_is_made_from(change: dict[str, Any]) -> None:
    pack = load_packs()[0]
    assert pack_data(pack) != pack_data(pack.model_copy(update=change))


def test_code_holds_every_import_that_a_parser_finds() -> None:
    found = _closure(("rung.marts.build", "rung.release.publish"))
    names = {
        name
        for module in found
        for node in ast.walk(ast.parse(_modules()[module].read_bytes()))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [f"{node.module}", *(f"{node.module}.{alias.name}" for alias in node.names)]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        if name in _modules()
    }
    assert names <= found
    assert not any(name.startswith(("rung.cli", "rung.report")) for name in found)
