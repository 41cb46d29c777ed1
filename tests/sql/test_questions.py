"""`docs/questions.md` is what twelve questions answer on a small demo, and each of them has an answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from rung.core.progress import Progress
from rung.demo import write_demo
from rung.lake.workspace import open_workspace
from rung.pipeline import run_all
from rung.report.questions import QUESTIONS, questions_page

PAGE = Path(__file__).parents[2] / "docs" / "questions.md"
STATE = {"leas": 8, "educators": 100, "years": 5, "seed": 19}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    root = tmp_path_factory.mktemp("questions")
    write_demo(root, **STATE)
    work = open_workspace(root / "rung.toml")
    run_all(work, Progress(quiet=True))
    return questions_page(work)


def test_the_page_in_docs_is_the_generated_one(page: str) -> None:
    said = "rung demo DIR --leas 8 --educators 100 --years 5 --seed 19, rung run, python -m rung.report.questions"
    assert PAGE.read_text(encoding="utf-8") == page, f"make it anew: {said} DIR/rung.toml > docs/questions.md"


def test_there_are_twelve_and_each_is_answered(page: str) -> None:
    answers = page.split("\n## ")[1:]
    assert len(answers) == len(list(QUESTIONS.glob("*.sql"))) == 12
    for answer in answers:
        rows = answer.rpartition("```\n\n")[2].strip().splitlines()[2:]
        assert rows, answer
        columns = list(zip(*[row.strip("| ").split("|") for row in rows], strict=False))
        assert any(cell.strip() not in ("", "0") for column in columns[1:] for cell in column), answer
