"""The shape that `prefect.yaml` and the automation files must have. Prefect itself passes over what it does not know.

Stricter than Prefect on purpose: only the keys this house uses, each in its place, and the house's own rules (odd
minutes, one run at a time, waiting instead of dropping).
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator

from contracts.strict import Strict

COMMON_MINUTES = {0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55}


class Schedule(Strict):
    """A cron schedule at a minute that nobody else uses."""

    cron: str
    timezone: str
    active: bool
    slug: str

    @field_validator("cron")
    @classmethod
    def _uncommon_minute(cls, cron: str) -> str:
        minute, *rest = cron.split()
        if len(rest) != 4 or not minute.isdecimal():
            raise ValueError(f"cron {cron!r} needs five fields and one fixed minute")
        if int(minute) in COMMON_MINUTES:
            raise ValueError(f"cron {cron!r} runs at a minute that everybody uses; take an odd one")
        return cron


class ConcurrencyLimit(Strict):
    """One run at a time; a second one waits, so that no drop is lost."""

    limit: Literal[1]
    collision_strategy: Literal["ENQUEUE"]
    grace_period_seconds: int = Field(ge=60)


class WorkPool(Strict):
    """The pool of workers that a deployment runs on."""

    name: str


class EventTrigger(Strict):
    """An event that starts a run of the deployment it stands under."""

    type: Literal["event"]
    name: str
    description: str
    enabled: bool
    match: dict[str, str]
    expect: list[str] = Field(min_length=1)
    posture: Literal["Reactive"]
    threshold: int = Field(ge=1)
    within: int = Field(ge=0)


class Deployment(Strict):
    """A deployment. There is no `collision_strategy`, `cron` or `schedule` here: they have their own places."""

    name: str = Field(pattern=r"^[a-z][a-z-]+$")
    description: str = Field(min_length=20)
    tags: list[str]
    entrypoint: str = Field(pattern=r"^flows/[a-z_/]+\.py:[a-z_]+$")
    parameters: dict[str, Any]
    schedules: list[Schedule] = Field(default_factory=list)
    triggers: list[EventTrigger] = Field(default_factory=list)
    concurrency_limit: ConcurrencyLimit
    work_pool: WorkPool


class SetWorkingDirectory(Strict):
    """Where a worker runs a flow: the checkout that the environment names."""

    directory: Literal["{{ $RUNG_PROJECT }}"]


class PullStep(Strict):
    """What a worker does before a run."""

    set_working_directory: SetWorkingDirectory = Field(alias="prefect.deployments.steps.set_working_directory")


class PrefectFile(Strict):
    """The whole of `prefect.yaml`."""

    name: Literal["rung"]
    pull: list[PullStep] = Field(min_length=1, max_length=1)
    deployments: list[Deployment] = Field(min_length=1)


class AutomationTrigger(Strict):
    """A proactive watch over events of many resources."""

    type: Literal["event"]
    posture: Literal["Reactive", "Proactive"]
    match: dict[str, str]
    after: list[str] = Field(default_factory=list)
    expect: list[str] = Field(min_length=1)
    for_each: list[str] = Field(default_factory=list)
    threshold: int = Field(ge=1)
    within: int = Field(ge=10)


class ChangeState(Strict):
    """An action that ends a run whose worker is gone."""

    type: Literal["change-flow-run-state"]
    state: Literal["CRASHED"]
    name: str
    message: str


class AutomationFile(Strict):
    """One file of `flows/automations/`. The name is the identity: deploying again updates it in place."""

    name: str = Field(pattern=r"^rung ")
    description: str = Field(min_length=20)
    enabled: bool
    trigger: AutomationTrigger
    actions: list[ChangeState] = Field(min_length=1)
