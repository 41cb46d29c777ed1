"""`make deploy`: check the files strictly, then make the server look like them. Repeating it changes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from flows.deploy.files import read_automations, read_prefect_file
from flows.deploy.models import AutomationFile
from rung.core.errors import RungError
from rung.core.project import PROJECT
from rung.lake.workspace import open_workspace


def deploy(config: Path) -> tuple[int, int]:
    """Work pool, deployments with their triggers, automations. Returns how many deployments and automations.

    Raises RungError when a file is wrong, the configuration cannot be opened or no Prefect API is set.
    """
    if not os.environ.get("PREFECT_API_URL"):
        raise RungError("PREFECT_API_URL is not set; start a server with `make server` or name yours")
    wanted = read_prefect_file()
    automations = read_automations()
    open_workspace(config)
    _make_pools({each.work_pool.name for each in wanted.deployments})
    environment = {**os.environ, "RUNG_PROJECT": str(PROJECT), "RUNG_CONFIG": str(config.resolve())}
    command = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RungError(f"prefect deploy failed: {(done.stdout + done.stderr).strip().splitlines()[-1]}")
    for each in automations:
        _put_automation(each)
    return len(wanted.deployments), len(automations)


def _make_pools(names: set[str]) -> None:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.exceptions import ObjectAlreadyExists

    with get_client(sync_client=True) as client:
        for name in sorted(names):
            try:
                client.create_work_pool(WorkPoolCreate(name=name, type="process"))
            except ObjectAlreadyExists:
                continue


def _put_automation(wanted: AutomationFile) -> None:
    """Create the automation or update the one of its name."""
    from prefect.client.orchestration import get_client
    from prefect.events.schemas.automations import AutomationCore

    automation = AutomationCore.model_validate(wanted.model_dump())
    with get_client(sync_client=True) as client:
        known = client.read_automations_by_name(wanted.name)
        if not known:
            client.create_automation(automation)
            return
        client.update_automation(known[0].id, automation)
        for twin in known[1:]:
            client.delete_automation(twin.id)


if __name__ == "__main__":
    try:
        deployments, rules = deploy(Path(sys.argv[1]))
    except RungError as error:
        sys.stderr.write(f"rung: {error}\n")
        sys.exit(error.exit_code)
    sys.stdout.write(f"{deployments} deployments and {rules} automations are in place\n")
