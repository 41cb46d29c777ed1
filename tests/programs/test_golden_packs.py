"""Every golden case of every pack: the rows that an analyst expects, all of them and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.golden import differences, read_case
from flows.packs import PROGRAMS, load_pack, pack_files

CASES = Path(__file__).resolve().parent.parent / "golden" / "packs"
FOLDERS = sorted(path for path in CASES.iterdir() if path.is_dir())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_a_golden_case_comes_out_as_expected(folder: Path) -> None:
    case = read_case(folder)
    pack = load_pack(PROGRAMS / f"{case.program_id}.yaml", case.knobs)
    assert differences(case, pack) == []


@pytest.mark.parametrize("path", pack_files(), ids=lambda path: path.stem)
def test_every_pack_has_golden_cases(path: Path) -> None:
    assert any(folder.name.split("__")[0] == path.stem for folder in FOLDERS)
