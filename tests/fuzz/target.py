"""What a spoiled drop may do: be rejected by a rule, or have every row of it accounted for. Nothing else (issue 13)."""

from __future__ import annotations

import json
import signal
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from contracts.file_rules import FILE_RULES, REPAIRS
from contracts.file_shape import Shape
from contracts.policy.mapping import Layout
from tests.spoiled.ailment import Ailment
from tests.spoiled.corpus import SPOILED
from transforms.s1_conform.decode import Bounds
from transforms.s1_conform.decode.archive import unpack
from transforms.s1_conform.decode.sniff import sniff
from transforms.s1_conform.tolerant_reader import TolerantDrop, read_tolerantly

CORPUS = Path(__file__).parent / "corpus"
# Small enough that what is too large is told at once.
BOUNDS = Bounds(max_bytes=4 * 1024**2, max_expanded_bytes=8 * 1024**2, max_cells=400_000, max_members=50)
SECONDS = 20
RETURNED = (
    b"staff_id,pay_date,pay_code,fund_code,amount,_rung_row,_rung_rule,_rung_message,_rung_fix,_rung_submission,"
    b"_rung_file\n00101,2026-01-31,BASE,100,12.00,2,PAY-024,why,mend,0123456789abcdef0123,payroll.csv\n"
)
WHOLE = b"staff_id,pay_date,pay_code,fund_code,amount\n00101,2026-01-31,BASE,100,ten\n00102,2026-01-31,BASE,100,1.00\n"


class Hang(Exception):
    """A file at which reading does not come to an end."""


def seeds() -> list[Ailment]:
    """The files that are spoiled: the corpus, a file of mended rows, and every input that was a fault once."""
    mended = Ailment("mended", "A file of mended rows", {"returned.csv": RETURNED})
    origins = {each.name: each for each in (*SPOILED, mended)}
    return [*origins.values(), *(_kept(path, origins) for path in sorted(CORPUS.glob("*.json")))]


def _kept(path: Path, origins: Mapping[str, Ailment]) -> Ailment:
    """An input that was a fault once, read with the mapping of the file that it was made from."""
    kept = json.loads(path.read_text())
    files = {name: bytes.fromhex(data) for name, data in kept["files"].items()}
    origin = origins.get(kept["from"], Ailment("", "", files, extract=kept["extract"]))
    return replace(origin, name=path.stem, says="A fault once", files=files)


def keep(ailment: Ailment, files: Mapping[str, bytes], name: str) -> Path:
    """Save an input that is a fault; `tests/fuzz/test_fuzz.py` reads it from then on."""
    CORPUS.mkdir(exist_ok=True)
    path = CORPUS / f"{name}.json"
    said: dict[str, Any] = {"from": ailment.name, "extract": ailment.extract}
    path.write_text(json.dumps(said | {"files": {name: data.hex() for name, data in files.items()}}, indent=1) + "\n")
    return path


def read_and_check(ailment: Ailment, files: Mapping[str, bytes]) -> TolerantDrop:
    """Read a drop, and as mended rows of another. Raises whatever is a fault."""
    layout = None
    if ailment.shape != Shape() or ailment.columns:
        layout = Layout(extract=ailment.extract, from_year=2026, columns=dict(ailment.columns), shape=ailment.shape)
    with _bounded(SECONDS):
        drop = read_tolerantly(files, ailment.extract, 2026, layout, BOUNDS)
        _check(drop, files)
        if drop.mended is not None:
            whole = {"payroll.csv": WHOLE}
            _check(read_tolerantly(whole, "payroll", 2026, None, BOUNDS, mends=[files]), whole, mended=True)
    return drop


def _check(drop: TolerantDrop, files: Mapping[str, bytes], *, mended: bool = False) -> None:
    assert all(found.rule_id in FILE_RULES and "{}" not in found.message for found in drop.problems), drop.problems
    assert not (drop.problems and drop.tables), "a drop with a problem is not used"
    assert set(drop.repairs) <= set(REPAIRS), set(drop.repairs) - set(REPAIRS)
    assert all(count >= 0 for count in drop.repairs.values()), drop.repairs
    assert drop.problems or drop.tables or drop.mended, "neither read nor refused"
    members = [
        member for name, data in files.items() if drop.tables for member in unpack(data, name, BOUNDS, Counter())
    ]
    interchanges = {name for name, data in members if sniff(data) == "xml"}
    for table in drop.tables:
        assert table.own.height == table.text.height, "rows were lost or made between the file and its canonical form"
        assert table.text["source_row"].equals(table.own["source_row"]), "rows changed places"
        assert table.own["source_row"].null_count() == 0, "a row of no line"
        # A user of a OneRoster set has a row in each school; an interchange may be one long line.
        several = table.name.endswith("users.csv") or table.name in interchanges
        assert table.own["source_row"].is_unique().all() or several, "two rows of one line"
        assert not mended or table.own.height == 2, "mending changes no number of rows"


@contextmanager
def _bounded(seconds: int) -> Iterator[None]:
    def ring(*_: object) -> None:
        raise Hang(f"not read within {seconds} seconds")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
