"""Altair charts → inline SVG, drawn by vl-convert in this process: no browser, no request.

The page holds the picture, its numbers as a table, and its Vega-Lite; a reader with scripts gets the same chart to
point at, drawn by the bundle in `assets/`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any

from rung.report import theme

WIDTH = 440  # with its axes: three stand side by side on a desk, and a phone shows one at 0.8
FONT = "system-ui, Segoe UI, Roboto, DejaVu Sans, sans-serif"
THREADS = 2
_CONFIG: dict[str, Any] = {
    "font": FONT,
    "background": theme.PAPER,
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 13,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "labelColor": theme.INK,
        "titleColor": theme.INK,
        "gridColor": "#e6e9ec",
        "domainColor": theme.GREY,
        "ticks": False,
        "labelPadding": 6,
        "labelLimit": 190,
    },
    "legend": {
        "labelFontSize": 13,
        "title": None,
        "orient": "top",
        "columns": 2,
        "symbolType": "square",
        "labelColor": theme.INK,
        "labelLimit": 180,
    },
    "text": {"fontSize": 13, "color": theme.INK, "font": FONT},
    "header": {"labelFontSize": 13, "title": None, "labelColor": theme.INK},
}


def spec(chart: Any) -> dict[str, Any]:
    """The Vega-Lite of an Altair chart in the house's look, as wide as every other.

    Not checked against the schema again: that costs 20 ms.
    """
    made = chart.to_dict(validate=False)
    del made["$schema"]  # an address, which nothing here asks for
    return {**made, "config": _CONFIG, "width": WIDTH, "autosize": {"type": "fit-x", "contains": "padding"}}


def draw_all(specs: Sequence[dict[str, Any]]) -> list[str]:
    """SVG of each, two at a time, equal ones once. A screen reader skips the picture: its text stands beside it."""
    keys = [json.dumps(each, sort_keys=True, default=str) for each in specs]
    different = dict(zip(keys, specs, strict=True))
    with ThreadPoolExecutor(THREADS) as pool:
        drawn = dict(zip(different, pool.map(_converter(), different.values()), strict=True))
    return [_inlined(drawn[key]) for key in keys]


@lru_cache
def interactive_bundle() -> str:
    """Vega, Vega-Lite and vega-embed as one script (0.9 MB), from the library that draws the pictures."""
    import vl_convert

    bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return bundle


@lru_cache
def _converter() -> Any:
    import vl_convert

    return vl_convert.vegalite_to_svg


def _inlined(svg: str) -> str:
    """Without inner roles and labels (the figure has its own), ids made unique on the page, what is hidden hatched."""
    body = re.sub(r' (?:role|aria-[a-z]+|pointer-events|class)="[^"]*"', "", svg)
    body = re.sub(r"<(g|path)[^>]*display=\"none\"[^>]*/>", "", body)
    name = hashlib.sha256(svg.encode()).hexdigest()[:8]
    body = re.sub(r'(id="|url\(#)(clip|gradient)', rf"\1s{name}\2", body)
    body = body.replace(f'fill="{theme.HIDDEN}"', 'fill="url(#hatch)"')
    # What every text says is said once: a fifth of the bytes.
    body = body.replace(f' font-family="{FONT}"', "").replace(' opacity="1"', "")
    return body.replace("<svg ", f'<svg aria-hidden="true" focusable="false" font-family="{FONT}" ', 1)
