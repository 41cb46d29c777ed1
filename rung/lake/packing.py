"""A lake of before brought over: accepted rows that lie in an object a submission, put together by extract and year."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from rung.lake.accepted import FOLDER, ORDER, kept_together, own_object, scan_accepted
from rung.lake.ledger import Ledger
from rung.lake.parquet import write_parquet
from rung.lake.pay_sums import FOLDER as PAY_SUMS
from rung.lake.place import Place
from rung.lake.places import make_durable
from rung.lake.submissions import Submission

# Rows of an object that is written: what intake takes in at once is of this size.
ROWS_AT_ONCE = 1_000_000
# Slashes in the name of an object of one submission: extract, year, district.
OF_ONE = 4


def loose_objects(lake: Place) -> Iterator[str]:
    """Objects of one submission's accepted rows, as lakes of version 1 have them."""
    return (entry.key for entry in lake.entries(FOLDER) if entry.key.count("/") == OF_ONE)


def pack(lake: Place, ledger: Ledger) -> None:
    """Write the rows of objects of one submission together, tell the ledger, then remove those. Stopped midway: run it
    again. What the ledger does not know stays where it is."""
    there = set(loose_objects(lake))
    known = [each.submission for each in ledger.standings() if own_object(each.submission) in there]
    loose = [each for each in known if not each.kept_in]
    for batch in _batches(sorted(loose, key=lambda s: (s.extract, s.school_year, s.lea_id, s.submission_id))):
        placed = kept_together(batch)
        objects: dict[str, list[Submission]] = {}
        for old, new in zip(batch, placed, strict=True):
            objects.setdefault(new.kept_in, []).append(old)
        for key, together in objects.items():
            write_parquet(lake, key, scan_accepted(lake, together[0].extract, together).collect(), ORDER)
        make_durable(lake)
        with ledger.writing() as connection:
            ledger.keep_in(connection, {each.submission_id: each.kept_in for each in placed})
    for each in known:
        lake.remove_one(own_object(each))
    if known:
        lake.remove(PAY_SUMS)  # by object as well: marts make them anew


def _batches(loose: list[Submission]) -> Iterator[list[Submission]]:
    """Of one extract and year each, up to a bound of rows."""
    for _, group in groupby(loose, key=lambda each: (each.extract, each.school_year)):
        batch: list[Submission] = []
        for each in group:
            if batch and sum(one.rows_accepted for one in batch) + each.rows_accepted > ROWS_AT_ONCE:
                yield batch
                batch = []
            batch.append(each)
        yield batch
