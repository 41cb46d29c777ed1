"""Unknown words in optional columns: the row is kept, the word is not (DESIGN 5; the suites warn and count it).

In a required column an unknown word is an error and the row comes back. `rating_level` is optional beside scores only,
and a label decides a designation: an unknown one is an error too (EVA-013).
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from contracts.extracts import EXTRACTS
from transforms.s1_conform.reference_lookup import KNOWN
from transforms.s1_conform.values import UNREADABLE


def drops_with_unknown(rows: pl.DataFrame, extract: str) -> set[int]:
    """The `drop_no` of every drop of which a row has such a word."""
    unknown = [is_unknown for name, is_unknown in _unknown(extract).items() if name in rows.columns]
    found = rows.lazy().filter(pl.any_horizontal(unknown)).select("drop_no").unique().collect()
    return set(found["drop_no"].to_list())


def empty_unknown(rows: pl.DataFrame, extract: str) -> pl.DataFrame:
    """Judged rows with null in place of such words, and the text as sent in `<column>__unreadable`.

    After the rules: they look at what was sent, so that two lines that differ in an unknown school stay two. Grain and
    order unchanged.
    """
    unknown = {name: is_unknown for name, is_unknown in _unknown(extract).items() if name in rows.columns}
    found = rows.select(is_unknown.any().alias(name) for name, is_unknown in unknown.items())
    names = [name for name in found.columns if found[name].item()]
    return rows.with_columns(
        *(pl.when(unknown[name]).then(pl.col(name)).alias(name + UNREADABLE) for name in names),
        *(pl.when(~unknown[name]).then(pl.col(name)).alias(name) for name in names),
    )


def _unknown(extract: str) -> Mapping[str, pl.Expr]:
    """Per optional column with a closed list of words: whether the row's word is none of them; never null."""
    columns = EXTRACTS[extract].sent.columns()
    optional = [name for name, column in columns.items() if column.nullable and column.dtype == pl.String]
    words = {name: (columns[name].metadata or {}).get("values") for name in optional}
    unknown = {name: ~pl.col(name).is_in(list(values)) for name, values in words.items() if values}
    if "school_id" in optional:
        unknown["school_id"] = ~pl.col("school_id" + KNOWN)
    return {name: is_unknown.fill_null(False) for name, is_unknown in unknown.items()}
