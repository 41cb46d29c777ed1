"""A real Dask cluster for the tests of what runs on workers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from distributed import LocalCluster


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """Two workers of one thread each; a module's own, as tests kill them."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", env={"POLARS_MAX_THREADS": "1"}
    ) as made:
        yield made
