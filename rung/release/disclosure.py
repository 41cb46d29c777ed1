"""Reads the disclosure policy and what earlier releases showed, and runs the disclosure step over a set of marts."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import polars as pl
import yaml
from pydantic import ValidationError

from contracts.policy.disclosure import Decisions, DisclosurePolicy
from rung.core.errors import GateFailed, RungError
from rung.core.overlay import policy_paths
from rung.lake.workspace import Workspace
from rung.packs.load import packs_of
from transforms.s6_disclose.problem import EngineFailure
from transforms.s6_disclose.run import NEEDED, PublicSide, build_public
from transforms.s6_disclose.suppress import DisclosureBlocked


@dataclass(frozen=True)
class Terms:
    """What a release's public side depends on beside the marts: policy, registries, years not yet open."""

    policy: DisclosurePolicy
    registries: tuple[str, ...]
    closed: tuple[tuple[str | None, int], ...]

    def as_json(self) -> dict[str, Any]:
        return {"policy": self.policy.model_dump(), "registries": self.registries, "closed": self.closed}


def load_policy(work: Workspace) -> DisclosurePolicy:
    """The shipped policy with the state's laid over it, k raised by `[disclosure] minimum_persons` of rung.toml.

    Raises RungError naming file and key, and where rung.toml would lower k.
    """
    tree: dict[str, Any] = {}
    for path in policy_paths(work.settings):
        try:
            tree = laid_over(tree, yaml.safe_load(path.read_text(encoding="utf-8")) or {})
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


def disclosure_terms(work: Workspace, folder: str, today: date) -> Terms:
    """The policy, the programs that are public registries, and the program-years that `today` is too early for."""
    policy = load_policy(work)
    packs = packs_of(work.settings)
    registries = tuple(sorted(pack.program_id for pack in packs if pack.visibility == "public_registry"))
    years = _read(work, f"{folder}/educator_year.parquet", ["school_year"]).to_series().unique().to_list()
    programs = [None, *sorted(pack.program_id for pack in packs)]
    closed = [
        (program, year)
        for program in programs
        for year in sorted(years)
        if today < (policy.opens(program, year) if program else policy.release_after.opens(year))
    ]
    return Terms(policy, registries, tuple(closed))


def public_side(work: Workspace, folder: str, terms: Terms, before: pl.DataFrame | None) -> PublicSide:
    """The public marts of a folder of marts; `before` is what earlier releases showed.

    Raises GateFailed when the audit succeeds or cannot answer.
    """
    marts = {name: _read(work, f"{folder}/{name}.parquet").lazy() for name in NEEDED}
    closed = pl.DataFrame(terms.closed, schema={"program_id": pl.String, "school_year": pl.Int16}, orient="row")
    try:
        return build_public(marts, terms.policy, terms.registries, closed, before)
    except (DisclosureBlocked, EngineFailure) as error:
        raise GateFailed(f"disclosure: {error}; nothing was released") from None


def decision_log(side: PublicSide) -> pl.DataFrame:
    """The decisions, for the restricted side: rule, reason and value of every cell."""
    return Decisions.validate(side.suppression.decisions, cast=True)


def loss_report(side: PublicSide) -> bytes:
    """Cells and values hidden by the primary rules, by the chosen complements, and by a plain greedy choice."""
    done = side.suppression
    report = {"shown_or_hidden": done.shown, "primary": asdict(done.primary), "chosen": asdict(done.chosen)}
    report["greedy"] = asdict(done.greedy) if done.greedy is not None else None
    by_rule = done.decisions.group_by("mask", "rule").len("cells").sort("mask", "rule", nulls_last=True)
    return json.dumps({**report, "by_rule": by_rule.to_dicts()}, indent=1).encode()


def _read(work: Workspace, key: str, columns: list[str] | None = None) -> pl.DataFrame:
    return pl.read_parquet(io.BytesIO(work.lake.read(key)), columns=columns)
