"""Sentences and composed keys from columns.

`pl.format` panics in the streaming engine of Polars 2.1 where a filter leaves an empty batch; `concat_str` does not.
"""

from __future__ import annotations

import polars as pl


def format_message(template: str, *values: str | pl.Expr) -> pl.Expr:
    """The template with each `{}` replaced by a column's or expression's text; null where one of them is null."""
    texts = template.split("{}")
    if len(texts) != len(values) + 1:
        raise ValueError(f"{len(texts) - 1} places and {len(values)} values in: {template}")
    parts: list[pl.Expr] = [pl.lit(texts[0])]
    for value, text in zip(values, texts[1:], strict=True):
        column = pl.col(value) if isinstance(value, str) else value
        parts += [column.cast(pl.String), pl.lit(text)]
    return pl.concat_str(parts)
