"""Every `sh` block of every cookbook, run as it stands in a clean clone with a demo state."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BOOKS = sorted((ROOT / "docs" / "cookbooks").glob("*.md"))
# In this order: the first ones make the release that the others read.
FIRST = ("nightly.md", "drops.md")


def blocks(book: Path) -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```$", book.read_text(encoding="utf-8"), re.M | re.S)


def test_every_cookbook_is_in_the_list_and_every_link_leads_somewhere() -> None:
    folder = ROOT / "docs" / "cookbooks"
    listed = set(re.findall(r"\]\(([a-z0-9-]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8")))
    assert listed == {book.name for book in BOOKS} - {"README.md"}
    for book in BOOKS:
        for link in re.findall(r"\]\(([^)#]+)\)", book.read_text(encoding="utf-8")):
            assert (folder / link).exists(), f"{book.name}: {link}"


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean clone of what is committed, with the environment of this one and a small demo state."""
    folder = tmp_path_factory.mktemp("clone") / "rung"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(folder)], check=True)
    (folder / ".venv").symlink_to(Path(sys.prefix))
    (folder / ".venv" / "ready").touch()
    run(folder, "rung demo demo --leas 6 --educators 400 --years 3")
    return folder


def run(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PREFECT_", "RUNG_"))}
    kept |= {"PATH": f"{folder / '.venv' / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(folder)}
    command = ["bash", "-euo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=folder, env=kept, capture_output=True, text=True, timeout=900, check=False)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", sorted((b.name for b in BOOKS if blocks(b)), key=lambda name: (name not in FIRST, name))
)
def test_the_commands_of_a_cookbook_work(clone: Path, name: str) -> None:
    for block in blocks(clone / "docs" / "cookbooks" / name):
        done = run(clone, block)
        assert done.returncode == 0, f"{block}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
