"""What a release's public side depends on beside its marts: the disclosure policy in force, and years not yet open.

Nothing of the disclosure step is imported here: a run that finds nothing new asks for these alone.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
import yaml
from pydantic import ValidationError

from contracts.policy.disclosure import DisclosurePolicy
from contracts.policy.parameters import MetricParameters
from rung.core.errors import RungError
from rung.core.overlay import policy_paths
from rung.lake.workspace import Workspace
from rung.packs.pack_files import program_ids

Block = tuple[str, int]  # a district-year: what is published is published by these
ClosedYear = tuple[str | None, int]  # program (None: what is of none), year
# What a state may only make stricter: larger numbers, or true; and smaller ones. A width of persons is its own choice.
RAISED = (
    *("minimum_persons", "zero_shown_from", "levels_shown_from", "uniform", "one_off"),
    *("width.money_share", "width.dollars"),
)
LOWERED = ("dominance.largest_share", "dominance.two_largest_share", "rounded_figures")


@dataclass(frozen=True)
class Terms:
    """What a release's public side depends on beside the marts: the policy in force, classes, years not yet open."""

    policy: DisclosurePolicy
    steps: pl.DataFrame
    closed: tuple[ClosedYear, ...]

    def as_json(self) -> dict[str, Any]:
        kinds = self.steps.select("program_id", "kind").unique().sort("program_id")
        return {
            "policy": self.policy.model_dump(mode="json"),
            "visibility": dict(zip(kinds["program_id"], kinds["kind"], strict=True)),
            "closed": self.closed,
        }


def load_policy(work: Workspace) -> DisclosurePolicy:
    """The shipped policy with the state's laid over it, k raised by `[disclosure] minimum_persons` of rung.toml.

    Raises RungError naming file and key, where a file makes a key of RAISED or LOWERED less strict, and where rung.toml
    would lower k.
    """
    tree: dict[str, Any] = {}
    for path in policy_paths(work.settings):
        try:
            own = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
            _no_looser(path.name, tree, own)
            tree = laid_over(tree, own)
            policy = DisclosurePolicy.model_validate(tree)
        except ValidationError as error:
            place = ".".join(str(part) for part in error.errors()[0]["loc"])
            raise RungError(f"{path.name}: `{place}`: {error.errors()[0]['msg']}") from None
        except (yaml.YAMLError, UnicodeDecodeError, AttributeError) as error:
            raise RungError(f"{path.name}: is no mapping of keys in YAML: {' '.join(str(error).split())}") from None
    asked = work.settings.disclosure.minimum_persons
    if asked is not None and asked < policy.minimum_persons:
        k = policy.minimum_persons
        raise RungError(
            f"rung.toml: `disclosure.minimum_persons` is {asked}; the policy says {k}, it can only be raised"
        )
    return policy.model_copy(update={"minimum_persons": asked or policy.minimum_persons})


def laid_over(tree: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """A policy's keys with the state's in their place; inside a mapping key by key, a list whole."""
    new = {key: laid_over(tree[key], value) if _both(tree.get(key), value) else value for key, value in own.items()}
    return {**tree, **new}


def _both(one: Any, other: Any) -> bool:
    return isinstance(one, dict) and isinstance(other, dict)


def _no_looser(name: str, tree: dict[str, Any], own: dict[str, Any]) -> None:
    for key in (*RAISED, *LOWERED):
        new, old = _number(own, key), _number(tree, key)
        if new is None or old is None:
            continue
        if key in RAISED and new < old:
            raise RungError(f"{name}: `{key}` is {new}, less than the {old} before it; it may only be raised")
        if key in LOWERED and new > old:
            raise RungError(f"{name}: `{key}` is {new}, more than the {old} before it; it may only be lowered")


def _number(tree: dict[str, Any], key: str) -> int | float | None:
    """The number at a dotted key; None where there is none (the model refuses what is no number)."""
    found: Any = tree
    for part in key.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found if isinstance(found, int | float) else None


def disclosure_terms(work: Workspace, folder: str, today: date) -> Terms:
    """The policy, the programs' levels and classes, and the program-years that `today` is too early for."""
    from rung.packs.load import packs_of
    from rung.release.pack_levels import steps_of

    policy = load_policy(work)
    tier = MetricParameters.model_validate(work.settings.metrics).leader_tier
    steps = steps_of(packs_of(work.settings), policy, tier)
    return Terms(policy, steps, closed_years(work, policy, folder, today))


def closed_years(work: Workspace, policy: DisclosurePolicy, folder: str, today: date) -> tuple[ClosedYear, ...]:
    """The program-years of a folder of marts that `today` is too early for; no pack is read."""
    year = io.BytesIO(work.lake.read(f"{folder}/educator_year.parquet"))
    years = sorted(pl.read_parquet(year, columns=["school_year"]).to_series().unique())
    programs = [None, *program_ids(work.settings)]
    return tuple((p, year) for p in programs for year in years if today < policy.opens(p, year))


@dataclass(frozen=True)
class Asked:
    """What a release is asked for beside its marts: the day, and what is to be published again, with the reason."""

    today: date
    republish: tuple[Block, ...] = ()
    why: str = ""
