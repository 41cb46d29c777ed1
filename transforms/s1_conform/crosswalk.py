"""Whose row is it? A district's ids of persons, or its names, → the state's ids, by a declared crosswalk only.

A crosswalk has one row per district id: `district_staff_id`, `staff_id`. Files without ids are keyed by what they have
of a person (name, title, school), normalised; proposals for such keys are made for a person to accept, never applied.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

import polars as pl

from transforms.s1_conform.values import BROKEN

CROSSWALK = {"district_staff_id": pl.String, "staff_id": pl.String}
UNRESOLVED = "ROW-005"


def people_key(columns: Sequence[str]) -> pl.Expr:
    """Letters and digits of the columns without case and accents, joined by `|`; null where all are empty."""
    parts = [normalised(pl.col(name)) for name in columns]
    empty = pl.all_horizontal(part.is_null() for part in parts)
    return pl.when(~empty).then(pl.concat_str([part.fill_null("") for part in parts], separator="|"))


def normalised(text: pl.Expr) -> pl.Expr:
    """Letters and digits only, in small letters without accents; null where nothing is left."""
    bare = (
        text.str.normalize("NFKD")
        .str.replace_all(r"\p{M}", "")
        .str.to_lowercase()
        .str.replace_all(r"[^\p{L}\p{N}]", "")
    )
    return pl.when(bare != "").then(bare)


def resolve_people(
    text: pl.DataFrame,
    crosswalk: pl.DataFrame,
    people_by: Sequence[str],
    repairs: Counter[str],
    start_for: str | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Put the state's ids in place of the district's, in every column that names a person.

    A row whose own person is not in the crosswalk breaks ROW-005. Another person who is not is left out and counted:
    a district id left in place could be somebody else's state id. With `start_for`, a district, a row's own person who
    is not in it gets an id of Rung's own, always the same one for the same key; those lines of a crosswalk come second.
    """
    if people_by:
        present = [name for name in people_by if name in text.columns]
        text = text.with_columns(people_key(present).alias("staff_id"))
    table = dict(zip(crosswalk["district_staff_id"], crosswalk["staff_id"], strict=True))
    keys = text["staff_id"].drop_nulls().unique().sort().to_list() if start_for is not None else []
    started = {key: started_id(str(start_for), key) for key in keys if key not in table}
    table |= started
    repairs["crosswalk_started"] += len(started)
    for name in [name for name in text.columns if name.endswith("staff_id")]:
        sent = text[name]
        found = text.select(pl.col(name).replace_strict(table, default=None, return_dtype=pl.String)).to_series()
        lost = sent.is_not_null() & found.is_null()
        repairs["crosswalk_resolved"] += found.len() - found.null_count()
        if name == "staff_id":
            text = text.with_columns(
                pl.when(lost & pl.col(BROKEN).is_null())
                .then(pl.lit(UNRESOLVED))
                .otherwise(pl.col(BROKEN))
                .alias(BROKEN),
                pl.when(lost).then(sent).otherwise(found).alias(name),
            )
        else:
            repairs["crosswalk_other_people_unknown"] += int(lost.sum())
            text = text.with_columns(found.alias(name))
    return text, pl.DataFrame([list(started), list(started.values())], schema=CROSSWALK)


def started_id(lea_id: str, key: str) -> str:
    """The id that Rung gives to a person whom a district knows by a key."""
    return f"{lea_id}-{hashlib.sha256(f'{lea_id}|{key}'.encode()).hexdigest()[:12]}"


def propose_people(sent: pl.DataFrame, people_by: Sequence[str], known: pl.DataFrame) -> pl.DataFrame:
    """Candidates for each person of a file without ids, from the district's people of record (`known`: a roster).

    One row per key and candidate: `district_staff_id`, `staff_id`, `matched_on`, `candidates`. Name, title and school
    alike come first; where nothing is, name and school; then the name alone.
    """
    keys = sent.select(people_key(people_by).alias("district_staff_id"), *_compared(sent)).unique(maintain_order=True)
    people = known.select(pl.col("staff_id"), *_compared(known)).unique(maintain_order=True)
    found = []
    open_keys = keys.filter(pl.col("district_staff_id").is_not_null())
    for on, words in (
        (["name", "title", "school"], "name, title and school"),
        (["name", "school"], "name and school"),
        (["name"], "name"),
    ):
        hit = open_keys.join(people.select("staff_id", *on).unique(), on=on, how="inner", maintain_order="left")
        found.append(hit.select("district_staff_id", "staff_id", pl.lit(words).alias("matched_on")).unique())
        open_keys = open_keys.join(hit, on="district_staff_id", how="anti")
    proposal = pl.concat(found)
    return proposal.with_columns(candidates=pl.len().over("district_staff_id")).sort("district_staff_id", "staff_id")


def _compared(frame: pl.DataFrame) -> list[pl.Expr]:
    """What two people are compared by: name, title and school, written alike."""

    def column(name: str) -> pl.Expr:
        return pl.col(name) if name in frame.columns else pl.lit(None, dtype=pl.String)

    name = pl.concat_str(normalised(column("first_name")).fill_null(""), normalised(column("last_name")).fill_null(""))
    return [
        pl.when(name != "").then(name).alias("name"),
        normalised(column("position_title")).alias("title"),
        normalised(column("school_id")).alias("school"),
    ]
