"""The suppression problem in the JJ format that tau-ARGUS and sdcTable read."""

from __future__ import annotations

import polars as pl

STATUS = {"published": "s", "rounded": "s", "latent": "s", "suppressed": "u"}


def jj_format(cells: pl.DataFrame, relations: pl.DataFrame) -> str:
    """JJ, version 0: cells (number, value, weight, status, bounds, protection), then each relation as a sum of zero.

    Primary cells are `u`, complements `m`; protection levels are the widths, shared between both sides.
    """
    numbers = {cell: at for at, cell in enumerate(cells["cell"])}
    lines = ["0", str(cells.height)]
    columns = ("value", "rank", "mask", "rule", "low", "high", "need")
    for at, row in enumerate(zip(*(cells[name] for name in columns), strict=True)):
        value, rank, mask, rule, low, high, need = row
        status = "m" if rule == "complementary" else STATUS[mask]
        lines.append(f"{at} {value} {max(rank, 1)} {status} {low} {high} {need - need // 2} {need // 2} 0")
    members: dict[int, list[str]] = {}
    for relation, cell, k in zip(relations["relation"], relations["cell"], relations["coefficient"], strict=True):
        members.setdefault(relation, []).append(f"{numbers[cell]} ({k})")
    lines.append(str(len(members)))
    lines += [f"0 {len(each)} : {' '.join(each)}" for each in members.values()]
    return "\n".join(lines) + "\n"
