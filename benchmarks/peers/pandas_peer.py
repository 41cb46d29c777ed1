"""The usual pipeline: pandas reads each file, Great Expectations asks a suite of it, then the peers' marts in pandas.

Run as `python -m benchmarks.peers.pandas_peer LANDING REFERENCE OUT LEA…`. The suites are the project's own, without
the expectations that need Rung's derived columns or a row condition: the peer has less to do than Rung.
"""

from __future__ import annotations

import json
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.peers.pandas_marts import marts_of
from contracts.extracts import EXTRACTS


def build(landing: Path, reference: Path, out: Path, leas: list[str]) -> None:
    """Reads, checks and joins the districts' files, writes each mart as Parquet."""
    out.mkdir(parents=True, exist_ok=True)
    checker = _Checker()
    accepted: dict[str, list[pd.DataFrame]] = {extract: [] for extract in EXTRACTS}
    for lea in leas:
        for path in sorted((landing / lea).glob("*/*/*.csv")):
            extract = path.parent.name
            frame = pd.read_csv(path, dtype=str).assign(lea_id=lea, school_year=int(path.parts[-3]))
            accepted[extract].append(checker.good_rows(extract, _typed(frame, extract)))
    tables = {extract: pd.concat(frames, ignore_index=True) for extract, frames in accepted.items()}
    for name in ("districts", "rating_systems", "pay_codes", "funds", "salary_schedules", "program_adoption"):
        tables[name] = pd.read_csv(reference / f"{name}.csv", dtype=str)
    for name, mart in marts_of(tables).items():
        mart.to_parquet(out / f"{name}.parquet", index=False)


def _typed(frame: pd.DataFrame, extract: str) -> pd.DataFrame:
    """Text to the contract's types; money as whole cents beside the number."""
    for name, column in EXTRACTS[extract].sent.columns().items():
        if name not in frame:
            continue
        if column.dtype.is_temporal():
            frame[name] = pd.to_datetime(frame[name], errors="coerce")
        elif column.dtype.is_numeric():
            frame[name] = pd.to_numeric(frame[name], errors="coerce")
    if extract == "payroll":
        frame["cents"] = (frame["amount"] * 100).round().astype("int64")
    return frame


class _Checker:
    """Great Expectations over one file after another, as its guides say."""

    def __init__(self) -> None:
        import great_expectations as gx

        self.context = gx.get_context(mode="ephemeral")
        self.context.variables.progress_bars = {"globally": False}
        self.gx = gx
        self.suites: dict[tuple[str, ...], Any] = {}
        source = self.context.data_sources.add_pandas("files")
        self.batches = {
            extract: source.add_dataframe_asset(extract).add_batch_definition_whole_dataframe("whole")
            for extract in EXTRACTS
        }

    def good_rows(self, extract: str, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows that break none of the suite's errors."""
        batch = self.batches[extract].get_batch({"dataframe": frame})
        shape = (extract, *frame.columns)
        if shape not in self.suites:
            self.suites[shape] = self.gx.ExpectationSuite(name=extract, expectations=self._expectations(extract, frame))
        result = batch.validate(self.suites[shape], result_format={"result_format": "COMPLETE"})
        bad: set[int] = set()
        for each in result.results:
            bad.update(each.result.get("unexpected_index_list") or ())
        return frame.drop(index=sorted(bad)) if bad else frame

    def _expectations(self, extract: str, frame: pd.DataFrame) -> list[Any]:
        from great_expectations.expectations.registry import (
            get_expectation_impl,
            list_registered_expectation_implementations,
        )

        known = set(list_registered_expectation_implementations())
        text = resources.files("expectations").joinpath(f"{extract}.json").read_text(encoding="utf-8")
        wanted = []
        for rule in json.loads(text)["expectations"]:
            kwargs = rule["kwargs"]
            columns = [kwargs[name] for name in ("column", "column_A", "column_B") if name in kwargs]
            columns += kwargs.get("column_list", [])
            usable = rule["type"] in known and "row_condition" not in kwargs and set(columns) <= set(frame.columns)
            dated = any(str(frame[name].dtype).startswith("datetime") for name in columns if name in frame)
            if usable and not dated and rule["meta"]["severity"] == "error":
                wanted.append(get_expectation_impl(rule["type"])(**kwargs))
        return wanted


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:])
