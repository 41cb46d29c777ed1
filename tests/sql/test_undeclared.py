"""A release is refused where published counts add up in a way that nobody declared, and the identity is named."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from rung.core.errors import GateFailed
from rung.lake.pointer import current_release
from rung.lake.results import FOLDER
from rung.lake.workspace import Workspace
from rung.release import disclosure
from rung.release.disclosure import public_side
from rung.release.disclosure_terms import Asked, disclosure_terms
from transforms.s6_disclose import relations
from transforms.s6_disclose.exchanged import exchanged
from transforms.s6_disclose.run import NEEDED
from transforms.s6_disclose.undeclared import undeclared

TODAY = date(2026, 12, 1)


def folder_of(work: Workspace) -> str:
    release = current_release(work.releases)
    for entry in work.lake.entries("marts/"):
        if (
            entry.key.endswith(".json")
            and "released-" in entry.key
            and str(release).encode() in work.lake.read(entry.key)
        ):
            return entry.key.rpartition("/")[0]
    raise AssertionError("the current release was made of no marts")


def marts_of(work: Workspace) -> dict[str, pl.LazyFrame]:
    return {name: disclosure._read(work, f"{folder_of(work)}/{name}.parquet").lazy() for name in NEEDED}


def test_every_identity_of_the_demo_is_declared(released: Workspace) -> None:
    terms = disclosure_terms(released, folder_of(released), TODAY)
    assert undeclared(marts_of(released), terms.steps) == []


def test_a_release_is_refused_where_a_relation_is_not_declared(
    released: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relations, "wholes", lambda cells, found: None)
    monkeypatch.setattr(disclosure, "code_of", lambda *_: "another code")
    folder = folder_of(released)
    terms = disclosure_terms(released, folder, TODAY)
    with pytest.raises(GateFailed, match=r"not declared, first .*public_designation\|.*nothing was released"):
        public_side(released, folder, terms, Asked(TODAY), b"0" * 32)


def test_it_is_asked_once_for_the_same_code_packs_and_adoption(
    released: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what a later run of the marts forgets (`results/`) does not take the answer along."""
    monkeypatch.setattr(disclosure, "undeclared", lambda *_: pytest.fail("asked again"))
    terms = disclosure_terms(released, folder_of(released), TODAY)
    disclosure._refuse_undeclared(released, marts_of(released), terms)
    kept = [entry.key for entry in released.lake.entries(disclosure.NONE_UNDECLARED)]
    assert len(kept) == 1 and not kept[0].startswith(FOLDER)


def test_a_deal_keeps_what_is_seen_and_moves_what_is_secret(released: Workspace) -> None:
    marts = marts_of(released)
    terms = disclosure_terms(released, folder_of(released), TODAY)
    dealt = exchanged(marts, terms.steps, 1)
    for name, seen, secret in (
        ("educator_year", ["staff_id", "school_year", "lea_id", "school_id", "is_teacher"], "is_top"),
        ("designation", ["staff_id", "school_year", "lea_id", "program_id"], "level"),
    ):
        before, after = marts[name].collect().sort(seen), dealt[name].collect().sort(seen)
        assert before.select(seen).equals(after.select(seen))
        assert not before[secret].equals(after[secret])
