"""OpenLineage run events of the main job: what each stage read and wrote, and the column lineage of the marts.

A stage that finds nothing to do is not told of, so that a run that finds nothing new sends nothing. Events go where
OpenLineage's own settings say (`OPENLINEAGE_URL`, `openlineage.yml` and others of its client); without any, those of
the last run that did something stand in `openlineage.ndjson` beside `rung.toml` (one run's are about three megabytes).
They name tables and columns, never a person.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from contracts.extracts import EXTRACTS
from contracts.marts import MARTS
from contracts.reference import REFERENCES
from contracts.tables import SCHEMAS
from rung.lake.workspace import Workspace
from rung.standards.data import data_file

if TYPE_CHECKING:
    from openlineage.client import OpenLineageClient
    from openlineage.client.event_v2 import InputDataset, Job, OutputDataset

T = TypeVar("T")
PRODUCER = "https://example.org/rung"
FILE = "openlineage.ndjson"
COLUMNS = "column_lineage.json"
# Where OpenLineage's client looks for a transport; without one it would write to the console.
SETTINGS = ("OPENLINEAGE_URL", "OPENLINEAGE_CONFIG", "OPENLINEAGE_DISABLED", "OPENLINEAGE__TRANSPORT")
FILES = (Path("openlineage.yml"), Path("~/.openlineage/openlineage.yml"))
# What each stage reads and writes, by kind of table.
READS = {"intake": ("landing",), "marts": ("accepted", "reference"), "release": ("mart",)}
WRITES = {"intake": ("accepted",), "marts": ("mart",), "release": ("release",)}


@cache
def column_lineage() -> dict[str, dict[str, list[str]]]:
    """For each mart and column the `table.column`s that it is made from (`rung.standards.trace` makes the file)."""
    read: dict[str, dict[str, list[str]]] = json.loads(data_file(COLUMNS))
    return read


class Lineage:
    """Tells OpenLineage of one run of the main job. A stage that fails is told as failed, without its message."""

    def __init__(self, work: Workspace) -> None:
        self._work = work
        self._begun: dict[str, str] = {}

    @cached_property
    def _run(self) -> str:
        return _new_id()

    @cached_property
    def _client(self) -> OpenLineageClient:
        return _client(self._work)

    def begin(self, name: str) -> None:
        """A stage has something to do: its START. Nothing for a stage that no table goes through."""
        if name in READS and name not in self._begun:
            self._begun[name] = _new_id()
            self._emit_stage("START", name, self._begun[name])

    def stage(self, name: str, run: Callable[[], T]) -> T:
        """Run a stage, and send its COMPLETE or FAIL after the START that `begin` sent."""
        try:
            done = run()
        except BaseException:
            self.begin(name)
            self._end("FAIL", name)
            raise
        own = self._end("COMPLETE", name)
        if own is not None and name == "marts" and getattr(done, "built", False):
            for mart in column_lineage():
                self._emit_mart(mart, own)
        return done

    def _end(self, state: str, name: str) -> str | None:
        """Send the end of a stage that has begun; its run's id."""
        own = self._begun.pop(name, None)
        if own is not None:
            self._emit_stage(state, name, own)
        return own

    def _emit_stage(self, state: str, name: str, run: str) -> None:
        """An event of a stage, below the run of the whole job."""
        inputs = [self._input(kind, table) for kind in READS[name] for table in _tables(kind)]
        outputs = [self._output(kind, table) for kind in WRITES[name] for table in _tables(kind)]
        self._emit(state, name, run, self._run, "run", inputs, outputs)

    def _emit_mart(self, mart: str, parent: str) -> None:
        """A mart was built: the columns of tables that each of its columns depends on."""
        from openlineage.client.facet_v2 import column_lineage_dataset as facet

        fields, read = {}, set()
        for column, sources in column_lineage()[mart].items():
            named = [source.partition(".")[::2] for source in sources]
            read |= {table for table, _ in named}
            fields[column] = facet.Fields(
                inputFields=[facet.InputField(*self._named(_kind(table), table), field) for table, field in named]
            )
        output = self._output("mart", mart, {"columnLineage": facet.ColumnLineageDatasetFacet(fields=fields)})
        inputs = [self._input(_kind(table), table) for table in sorted(read)]
        self._emit("COMPLETE", f"marts.{mart}", _new_id(), parent, "marts", inputs, [output])

    def _emit(
        self,
        state: str,
        name: str,
        run: str,
        parent: str,
        parent_name: str,
        inputs: list[InputDataset],
        outputs: list[OutputDataset],
    ) -> None:
        """Send an event. A server that cannot be reached is said on standard error and stops nothing."""
        from openlineage.client.event_v2 import Run, RunEvent, RunState
        from openlineage.client.facet_v2 import parent_run

        space = self._job("run").namespace
        above = parent_run.ParentRunFacet(parent_run.Run(parent), parent_run.Job(space, f"rung.{parent_name}"))
        event = RunEvent(
            eventType=RunState[state],
            eventTime=datetime.now(UTC).isoformat(),
            run=Run(run, {"parent": above}),
            job=self._job(name),
            producer=PRODUCER,
            inputs=inputs,
            outputs=outputs,
        )
        try:
            self._client.emit(event)
        except Exception as error:
            sys.stderr.write(f"lineage of {name} was not sent: {type(error).__name__}\n")

    def _job(self, name: str) -> Job:
        from openlineage.client.event_v2 import Job

        return Job(namespace=f"rung/{self._work.settings.state.code}", name=f"rung.{name}")

    def _named(self, kind: str, table: str) -> tuple[str, str]:
        """Namespace and name of a table: the place that holds it, and its path there."""
        if kind == "landing":
            return str(self._work.landing[0].uri("")).rstrip("/"), table
        place = {"reference": self._work.reference, "release": self._work.releases}.get(kind, self._work.lake)
        folder = {"accepted": "accepted/", "mart": "marts/", "release": "current/"}.get(kind, "")
        return place.uri("").rstrip("/"), f"{folder}{table}"

    def _input(self, kind: str, table: str) -> InputDataset:
        from openlineage.client.event_v2 import InputDataset

        return InputDataset(*self._named(kind, table), facets=_shape(kind, table))

    def _output(self, kind: str, table: str, facets: dict[str, Any] | None = None) -> OutputDataset:
        from openlineage.client.event_v2 import OutputDataset

        return OutputDataset(*self._named(kind, table), facets=_shape(kind, table) | (facets or {}))


def _new_id() -> str:
    from openlineage.client.uuid import generate_new_uuid

    return str(generate_new_uuid())


def _client(work: Workspace) -> OpenLineageClient:
    from openlineage.client import OpenLineageClient
    from openlineage.client.transport.file import FileConfig, FileTransport

    if any(name.startswith(SETTINGS) for name in os.environ) or any(path.expanduser().is_file() for path in FILES):
        return OpenLineageClient()
    path = work.settings.root / FILE
    with suppress(OSError):  # a folder that may not be written is said when an event is
        path.unlink(missing_ok=True)
    return OpenLineageClient(transport=FileTransport(FileConfig(log_file_path=str(path), append=True)))


def _tables(kind: str) -> tuple[str, ...]:
    if kind in ("landing", "accepted"):
        return tuple(EXTRACTS)
    return tuple(REFERENCES if kind == "reference" else MARTS)


def _kind(table: str) -> str:
    if table in EXTRACTS:
        return "accepted"
    return "reference" if table in REFERENCES else "mart"


def _shape(kind: str, table: str) -> dict[str, Any]:
    """The schema facet of a table; a landing's files have whatever columns a district sends."""
    from openlineage.client.facet_v2 import schema_dataset

    if kind == "landing":
        return {}
    schema = MARTS[table].schema if kind in ("mart", "release") else SCHEMAS[table]
    fields = [
        schema_dataset.SchemaDatasetFacetFields(name=name, type=type(column).__name__, description=column.description)
        for name, column in schema.columns().items()
    ]
    return {"schema": schema_dataset.SchemaDatasetFacet(fields=fields)}
