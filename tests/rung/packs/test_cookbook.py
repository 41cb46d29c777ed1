"""The cookbook's new program is run as it stands on the page: a YAML file and golden cases, and nothing else."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from rung.packs.golden_cases import differences, read_case
from rung.packs.load import PROGRAMS, load_pack, load_packs

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "cookbook-new-program.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_new_program_of_the_cookbook_works_with_nothing_else(tmp_path: Path) -> None:
    (text,) = blocks("yaml")
    assert len(text.splitlines()) < 60
    programs = tmp_path / "programs"
    shutil.copytree(PROGRAMS, programs)
    file = programs / "colorado_streamlined.yaml"
    file.write_text(text, encoding="utf-8")
    assert len(load_packs(programs, check=False)) == len(load_packs()) + 1

    case = tmp_path / "packs" / "colorado_streamlined"
    names = ["inputs/roster.csv", "inputs/evaluation.csv", "inputs/districts.csv", "expect/designation.csv"]
    for name, rows in zip(names, blocks("csv"), strict=True):
        (case / name).parent.mkdir(parents=True, exist_ok=True)
        (case / name).write_text(rows, encoding="utf-8")
    systems = ROOT / "tests" / "golden" / "packs" / "rating_systems.csv"
    shutil.copy(systems, tmp_path / "packs" / "rating_systems.csv")
    assert differences(read_case(case), load_pack(file)) == []


def test_the_page_names_every_word_of_the_language() -> None:
    from contracts.policy.conditions import Condition
    from contracts.policy.packs import Pack, Rule

    words = {field.alias or name for name, field in Condition.model_fields.items()}
    words |= {field.alias or name for name, field in Rule.model_fields.items()} - {"id", "reason", "from", "when"}
    words -= {"reason_code", "versions", "source", "provenance"}
    missing = [word for word in sorted(words) if not re.search(rf"\b{word}\b", PAGE)]
    assert not missing
    told = {"term", "ratchet", "once", "away", "at_end", "answers_keep", "population", "scope", "rows", "bank", "pay"}
    assert told <= set(Pack.model_fields)
