"""A lake of before brought over: accepted rows that lie in an object a submission, put together by extract and year."""

from __future__ import annotations

from collections.abc import Iterator

from rung.core.batches import batches
from rung.lake.accepted import FOLDER, ORDER, objects_of, own_object, scan_accepted
from rung.lake.ledger import Ledger
from rung.lake.parquet import write_parquet
from rung.lake.pay_sums import FOLDER as PAY_SUMS
from rung.lake.place import Place
from rung.lake.places import make_durable

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
    ordered = sorted(loose, key=lambda s: (s.extract, s.school_year, s.lea_id, s.submission_id))
    for batch in batches(ordered, lambda s: (s.extract, s.school_year), lambda s: s.rows_accepted, ROWS_AT_ONCE):
        objects = objects_of(batch)
        for key in sorted(set(objects.values())):
            together = [each for each in batch if objects[each.submission_id] == key]
            write_parquet(lake, key, scan_accepted(lake, together[0].extract, together).collect(), ORDER)
        make_durable(lake)
        with ledger.writing() as connection:
            ledger.keep_in(connection, objects)
    for each in known:
        lake.remove_one(own_object(each))
    if known:
        lake.remove(PAY_SUMS)  # by object as well: marts make them anew
