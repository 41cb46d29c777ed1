"""Measures the peers after a whole run: the same marts by Rung and by DuckDB from the lake that the run left (five with
one ladder's designations, then all from Rung's designations), and the pandas pipeline from the landing. What they make
must agree with what Rung makes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.measure import Step, bytes_under, step_of, timed
from benchmarks.peers.agree import all_must_agree, must_agree
from benchmarks.peers.inputs import write_inputs
from benchmarks.state import BenchState

# The pandas pipeline takes about a third of a second a file. In larger states it runs over so many districts, and its
# seconds are scaled by their share of the pay lines.
PANDAS_DISTRICTS = 18


def peer_steps(state: BenchState) -> Iterator[Step]:
    """One step a peer, as measured. Raises GateFailed when one of them makes other marts than Rung."""
    out = state.work / "peers"
    lake, reference = state.work / "lake", state.landing.parent / "reference"
    accepted = bytes_under(lake / "accepted")
    yield _peer("same_marts", "rung_peer", [state.config, out / "rung"], state, accepted, out / "rung")
    yield _peer("duckdb", "duckdb_peer", [lake, reference, out / "duckdb"], state, accepted, out / "duckdb")
    must_agree(out / "rung", out / "duckdb", "DuckDB")
    yield from _all_marts(state, accepted)
    leas = _districts(state.landing)
    read = [state.landing / lea for lea in leas]
    arguments = [state.landing, reference, out / "pandas", *leas]
    step = _peer("pandas", "pandas_peer", arguments, state, bytes_under(*read), out / "pandas")
    share = bytes_under(*read) / bytes_under(state.landing)
    if share == 1:
        must_agree(out / "rung", out / "pandas", "pandas")
    yield replace(step, seconds=step.seconds / share, parts={"measured": step.seconds, "share_of_landing": share})


def _all_marts(state: BenchState, accepted: int) -> Iterator[Step]:
    """Every restricted mart by Rung and by DuckDB SQL, but for what `NOT_IN_SQL` names."""
    out = state.work / "peers"
    lake, reference, inputs = state.work / "lake", state.landing.parent / "reference", out / "inputs"
    write_inputs(state.config, lake, inputs)
    read = accepted + bytes_under(inputs)
    ours, theirs = out / "rung_all", out / "duckdb_all"
    yield _peer("all_marts", "rung_all", [state.config, inputs, ours], state, read, ours)
    yield _peer("all_marts_duckdb", "duckdb_all", [lake, reference, inputs, theirs], state, read, theirs)
    all_must_agree(ours, theirs, "DuckDB")


def _peer(name: str, module: str, arguments: Sequence[object], state: BenchState, read: int, out: Path) -> Step:
    command = [sys.executable, "-m", f"benchmarks.peers.{module}", *(str(argument) for argument in arguments)]
    taken = timed(command, state.work)
    return step_of(name, taken, read, bytes_under(out))


def _districts(landing: Path) -> list[str]:
    """All districts, or every n-th of them."""
    every = sorted(path.name for path in landing.iterdir() if path.is_dir())
    if len(every) <= PANDAS_DISTRICTS:
        return every
    return every[:: -(-len(every) // PANDAS_DISTRICTS)]
