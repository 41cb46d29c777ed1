"""The generated state of a scale, kept in the cache under the hash of the code that makes it, and a place to work."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from contracts.extracts import EXTRACTS
from rung import demo

ROWS = "rows.json"  # written last: a state without it is not whole


@dataclass(frozen=True)
class BenchState:
    """`landing` and `reference` are read only; everything else happens in `work`."""

    scale: str
    landing: Path
    work: Path
    config: Path
    rows: dict[str, int]


def prepared(scale: str, cache_dir: Path, say: Callable[[str], None]) -> BenchState:
    """Generates the state where the cache lacks it, and writes a configuration that works beside it."""
    home = cache_dir.resolve() / f"{scale}-{_code_hash()}"
    if not (home / ROWS).exists():
        say(f"writing the synthetic state {scale} into {home}")
        shutil.rmtree(home, ignore_errors=True)
        demo.write_demo(home, scale=scale)
        rows = {extract: _rows_of(home / "landing", extract) for extract in EXTRACTS}
        (home / ROWS).write_text(json.dumps(rows), encoding="utf-8")
    work = cache_dir.resolve() / f"{scale}-work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    text = (home / "rung.toml").read_text(encoding="utf-8")
    text = text.replace('["landing"]', json.dumps([str(home / "landing"), "extra"]))
    text = text.replace('"reference"', json.dumps(str(home / "reference")))
    (work / "rung.toml").write_text(text, encoding="utf-8")
    rows = json.loads((home / ROWS).read_text(encoding="utf-8"))
    return BenchState(scale, home / "landing", work, work / "rung.toml", rows)


def _code_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(demo.__file__).parent.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _rows_of(landing: Path, extract: str) -> int:
    """Data rows of all files of an extract (no cell of a clean demo holds a newline)."""
    return sum(_lines(path) - 1 for path in landing.glob(f"*/*/{extract}/*.csv"))


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
