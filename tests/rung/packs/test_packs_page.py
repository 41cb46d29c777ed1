"""`docs/packs.md` is what the packs and the golden cases make of it, and no pack lacks its kinds of cases."""

from __future__ import annotations

from pathlib import Path

from rung.packs.docs_page import CASES, golden_counts, packs_page
from rung.packs.load import load_packs

PAGE = Path(__file__).resolve().parents[3] / "docs" / "packs.md"


def test_the_page_is_in_step() -> None:
    assert PAGE.read_text(encoding="utf-8") == packs_page(load_packs()), "run: rung programs --markdown > docs/packs.md"


def test_every_pack_has_cases_of_entry_or_gain_hold_loss_gap_and_transfer() -> None:
    counted = golden_counts(CASES)
    for pack in load_packs():
        kinds = counted[pack.program_id]
        missing = {kind for kind in ("hold", "loss", "gap", "transfer", "edge") if not kinds[kind]}
        missing |= set() if kinds["entry"] or kinds["gain"] else {"entry"}
        assert not missing, f"{pack.program_id}: {sorted(missing)}"
