"""The accepted rows of the lake: those of a batch lie together, by extract and school year, and are read as one table.

The ledger says which object holds a submission's rows (`kept_in`) and which submissions are in force: one that is
replaced stays where it lies and is not read. Objects are sorted by district, so that the statistics of their row groups
tell a reader which to leave unread. A column that came into the contract later is empty in older files; one that left
it is not read.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

import polars as pl

from contracts.extracts import EXTRACTS
from rung.lake.parquet import scan
from rung.lake.place import Place
from rung.lake.submissions import Submission

FOLDER = "accepted"
# The order of rows in an object: by district, each district's as they were sent. No two submissions of one district
# lie in one object.
ORDER = ("lea_id", "source_file", "source_row")


def accepted_of(each: Submission) -> str:
    """The object that holds a submission's accepted rows."""
    return each.kept_in or own_object(each)


def own_object(each: Submission) -> str:
    """The object that held a submission's accepted rows alone, in a lake of version 1."""
    return f"{FOLDER}/{each.extract}/{each.school_year}/{each.lea_id}/{each.submission_id}.parquet"


def quarantined_of(each: Submission) -> str:
    """The object that holds a submission's quarantined rows."""
    return f"quarantined/{each.extract}/{each.school_year}/{each.lea_id}/{each.submission_id}.parquet"


def objects_of(submissions: Sequence[Submission]) -> dict[str, str]:
    """The object that is to hold each submission's rows, by its id, where they are written together: those of one
    extract and year in one, a second submission of a district in another. Its name follows from who lies in it."""
    objects: dict[tuple[str, int, int], list[str]] = defaultdict(list)
    met: Counter[tuple[str, int, str]] = Counter()
    for each in submissions:
        place = (each.extract, each.school_year, each.lea_id)
        objects[each.extract, each.school_year, met[place]].append(each.submission_id)
        met[place] += 1
    return {
        submission_id: f"{FOLDER}/{extract}/{school_year}/{_name_of(together)}.parquet"
        for (extract, school_year, _), together in objects.items()
        for submission_id in together
    }


def _name_of(together: Sequence[str]) -> str:
    ids = "\n".join(sorted(together))
    return f"{hashlib.sha256(ids.encode()).hexdigest()[:20]}-{len(together)}"


def by_object(submissions: Iterable[Submission]) -> dict[str, list[Submission]]:
    """Submissions by the object that holds their rows."""
    found: dict[str, list[Submission]] = defaultdict(list)
    for each in submissions:
        found[accepted_of(each)].append(each)
    return dict(found)


def holds_only(key: str, wanted: Sequence[Submission]) -> bool:
    """Whether an object has rows of no other submission than these: its name says how many lie in it."""
    return len(wanted) == (int(key.removesuffix(".parquet").rpartition("-")[2]) if wanted[0].kept_in else 1)


def accepted_schema(extract: str) -> pl.Schema:
    """Columns and types of an extract's accepted rows, as the contract has them."""
    return pl.Schema({name: column.dtype for name, column in EXTRACTS[extract].accepted.columns().items()})


def scan_objects(read: Callable[[list[str]], pl.LazyFrame], submissions: Iterable[Submission]) -> list[pl.LazyFrame]:
    """The rows of some submissions out of the objects that hold them: those read whole, those read in part.

    `read`: what is made of the objects; its rows need `lea_id` and `submission_id`.
    """
    objects = by_object(submissions)
    whole = [key for key, wanted in objects.items() if holds_only(key, wanted)]
    shared = [key for key in objects if key not in set(whole)]
    frames = [read(whole)] if whole else []
    if shared:
        wanted = [each for key in shared for each in objects[key]]
        leas = pl.Series(sorted({each.lea_id for each in wanted}), dtype=pl.String).implode()
        ids = pl.Series([each.submission_id for each in wanted], dtype=pl.String).implode()
        frames.append(read(shared).filter(pl.col("lea_id").is_in(leas), pl.col("submission_id").is_in(ids)))
    return frames


def scan_whole(lake: Place, extract: str, keys: Sequence[str]) -> pl.LazyFrame:
    """All rows of some objects of an extract. Polars raises SchemaError, when collected, where a file's type is not the
    contract's: `rung upgrade` mends that."""
    schema = accepted_schema(extract)
    return scan(lake, keys, schema=schema, missing_columns="insert", extra_columns="ignore")


def scan_accepted(lake: Place, extract: str, submissions: Iterable[Submission]) -> pl.LazyFrame:
    """The accepted rows of submissions of one extract; no rows without any. SchemaError as above."""
    frames = scan_objects(lambda keys: scan_whole(lake, extract, keys), submissions)
    return pl.concat(frames) if frames else pl.LazyFrame(schema=accepted_schema(extract))


def accepted_tables(lake: Place, in_force: Sequence[Submission]) -> dict[str, pl.LazyFrame]:
    """The accepted rows of the submissions in force, one statewide frame per extract (contracts/extracts). Of payroll,
    what is asked of sums is asked of `rung.lake.pay_sums`."""
    return {name: scan_accepted(lake, name, [s for s in in_force if s.extract == name]) for name in EXTRACTS}
