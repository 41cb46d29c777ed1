"""The page of `rung studio`: one HTML file that asks nothing of the net, with its engine and numbers inside."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Mapping
from typing import Any

import polars as pl
from markupsafe import Markup

from contracts.vocabulary import SOFT_STREAMS
from rung.lake.pointer import current_release
from rung.lake.workspace import Workspace
from rung.report.draw import interactive_bundle
from rung.report.write import asset, environment, script_json
from transforms.s4_sustain.revenue import first_year_without

# key, title, unit, least, most (none: a number to type), step
CONTROLS = (
    ("release", "Time released for each holder", "%", 0, 100, 5),
    ("basePay", "Base pay of a teacher, dollars", "", 0, None, 500),
    ("cola", "Yearly rise of base pay", "%", 0, 8, 0.5),
    ("growth", "Yearly rise of awards", "%", 0, 8, 0.5),
    ("attrition", "Leaving a level, against the history", "%", -50, 50, 5),
    ("entries", "Yearly growth of entrants", "%", -10, 10, 1),
    ("recurring", "Money that recurs, dollars a year", "", 0, None, 1000),
    ("grant", "Money that ends, dollars a year", "", 0, None, 1000),
    ("grantEnd", "First school year without it (2028 is 2027-28)", "", 2000, None, 1),
)


def studio_page(data: Mapping[str, Any], state: str) -> bytes:
    """The page over `rung.packs.studio.studio_data` with the `money` that the reader starts from."""
    scripts = [interactive_bundle(), asset("studio.js")]
    text = script_json(data)
    html = (
        environment()
        .get_template("studio.html")
        .render(
            data=data,
            controls=CONTROLS,
            state=state,
            css=Markup(asset("report.css") + asset("studio.css")),
            scripts=[Markup(script) for script in scripts],
            allowed=" ".join(f"'sha256-{_sha256(script)}'" for script in scripts),
            numbers=Markup(text),
        )
    )
    return html.encode()


def _sha256(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def starting_money(work: Workspace, program_id: str) -> dict[str, Any] | None:
    """What the current release says of the program's latest year; None without a release.

    `soft_share`: of its cost on streams that end (null where nothing is on file); `first_year_without`: the first
    school year in which one of its awards is gone (null: none); `base_pay`: mean base pay of a teacher, dollars;
    `recurring`, `grant`: dollars of the cost on other and on ending streams, for programs whose awards are not known.
    """
    release = current_release(work.releases)
    if release is None:
        return None

    def read(name: str) -> pl.DataFrame:
        return pl.read_parquet(io.BytesIO(work.releases.read(f"{release}/restricted/{name}/{name}.parquet")))

    mix = read("funding_mix").filter(pl.col("lea_id").is_not_null(), pl.col("program_id") == program_id)
    mix = mix.filter(pl.col("school_year") == pl.col("school_year").max())
    whole = float(mix["amount"].sum() or 0)
    soft = float(mix.filter(pl.col("stream").is_in(SOFT_STREAMS))["amount"].sum() or 0)
    awards = read("sunset").filter(pl.col("lea_id").is_not_null(), pl.col("program_id") == program_id)
    without = awards.select(first_year_without()).to_series().min()
    pay = read("compensation").filter(pl.col("pay_type") == "base")
    last = pay["school_year"].max()
    teachers = read("access").filter(pl.col("lea_id").is_not_null(), pl.col("school_year") == last)["teachers"].sum()
    base = float(pay.filter(pl.col("school_year") == last)["amount"].sum() or 0)
    return {
        "soft_share": round(soft / whole, 6) if whole > 0 else None,
        "first_year_without": without,
        "base_pay": round(base / float(teachers)) if teachers else None,
        "recurring": round(whole - soft, 2),
        "grant": round(soft, 2),
    }
