"""`[runner]` of rung.toml: on what the stages about persons and districts, and the suites of the gate, run."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from contracts.strict import Strict


class Runner(Strict):
    """How the stages about persons and about districts, and Great Expectations at the gate, are run.

    Educators and districts fall into `buckets` sets each, by hash of their ids, worked on one after the other, to bound
    the memory. Unset, there is one of educators for every million roster rows, and one of districts for every half
    million; with `kind = "dask"` eight or more. Results do not depend on it.
    `dask` runs sets and suites on the workers of a cluster: of a running one, whose scheduler is at `address` and whose
    workers reach the lake, or of one with `workers` processes on this machine. It needs `pip install rung[dask]`.
    """

    kind: Literal["local", "dask"] = "local"
    address: str | None = Field(default=None, pattern=r"^(tcp|tls|ws|wss)://")
    workers: int | None = Field(default=None, ge=1)
    buckets: int | None = Field(default=None, ge=1, le=4096)

    @model_validator(mode="after")
    def _whole(self) -> Runner:
        named = (self.address is not None) + (self.workers is not None)
        if self.kind == "dask" and named != 1:
            raise ValueError('`runner.kind = "dask"` needs `address` of a running cluster, or `workers`: one of them')
        if self.kind == "local" and named:
            raise ValueError('`runner.address` and `runner.workers` are for `kind = "dask"`')
        return self
