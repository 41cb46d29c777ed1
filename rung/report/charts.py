"""The shapes of chart that the report uses, in Altair. Each takes plain rows that are already fit to be shown.

A part called `hidden` is drawn in theme.HIDDEN, which the page hatches: as large as what the published whole leaves,
or, where the whole is hidden too, as a stub with the word beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import altair as alt

from rung.report import theme

Rows = Sequence[Mapping[str, Any]]
OUTLINE: dict[str, Any] = {"stroke": theme.INK, "strokeWidth": 0.4}
MONEY = "$,.3~s"
_BILLIONS = "replace(datum.label, 'G', 'B')"
YEAR = "year"  # the parameter of charts that follow the reader's year


def data(rows: Rows) -> Any:
    """Rows as the inline data of a chart."""
    make: Any = alt.Data
    return make(values=[dict(row) for row in rows])


def _axis(fmt: str, **more: Any) -> alt.Axis:
    return alt.Axis(format=fmt, labelExpr=_BILLIONS, **({"tickCount": 4} | more))


def _with_room(rows: Rows) -> alt.Scale:
    """From zero, with room for the number beside the longest bar."""
    values = [0.0, *(float(row["value"]) for row in rows)]
    low, high = min(values), max(values)
    return alt.Scale(domain=[1.1 * low, 1.3 * high or -0.5 * low or 1.0], nice=False)


def _legend(names: Iterable[str]) -> alt.Legend:
    """Two entries in a row, one where a name is long."""
    long = any(len(name) > 24 for name in names)
    return alt.Legend(columns=1, labelLimit=330) if long else alt.Legend()


def in_year(chart: Any, year: str) -> Any:
    """Only rows whose `year` is the reader's; the picture shows `year`."""
    return chart.add_params(alt.param(name=YEAR, value=year)).transform_filter(f"datum.year === {YEAR}")


def bars(rows: Rows, order: Sequence[str], unit: str, colour: str = theme.BLUE, fmt: str = ",.3~s") -> Any:
    """Horizontal bars, numbers to the right of bar and zero. rows: label, value, text, optional colour and year."""
    own = any("colour" in row for row in rows)
    base = alt.Chart(data(rows)).encode(
        y=alt.Y("label:N", sort=list(order), title=None),
        x=alt.X("value:Q", title=unit, axis=_axis(fmt), scale=_with_room(rows)),
    )
    paint = alt.Color("colour:N", scale=None) if own else alt.value(colour)
    tip = [alt.Tooltip("label:N", title=" "), alt.Tooltip("text:N", title=unit)]
    drawn = base.mark_bar(height={"band": 0.7}, **OUTLINE).encode(color=paint, tooltip=tip)
    words = base.transform_calculate(right="max(datum.value, 0)").mark_text(align="left", dx=4)
    return (drawn + words.encode(x="right:Q", text="text:N")).properties(height=alt.Step(26))


def stacked(
    rows: Rows,
    colours: Mapping[str, str],
    names: Mapping[str, str],
    unit: str,
    fmt: str = MONEY,
    marks: Rows = (),
    height: int = 230,
) -> Any:
    """Columns by x, stacked by part. rows: x, part, value, optional text; marks (something happens at x): x, text."""
    parts = [part for part in colours if any(row["part"] == part for row in rows)]
    named = [
        {**row, "name": names.get(row["part"], row["part"]), "place": parts.index(row["part"])}
        for row in rows
        if row["value"]  # a column of nothing would be drawn as its outline
    ]
    scale = alt.Scale(domain=[names.get(p, p) for p in parts], range=[colours[p] for p in parts])
    x = alt.X(
        "x:O",
        scale=alt.Scale(domain=sorted({row["x"] for row in rows})),
        title=None,
        axis=alt.Axis(labelAngle=0, labelOverlap=True),
    )
    legend = _legend(scale.domain) if len(parts) > 1 or parts == ["hidden"] else None
    if not named:
        return _nothing(rows, x, unit, height)
    drawn = (
        alt.Chart(data(named))
        .mark_bar(width={"band": 0.65}, **OUTLINE)
        .encode(
            x=x,
            y=alt.Y("value:Q", title=unit, axis=_axis(fmt, tickCount=5)),
            color=alt.Color("name:N", scale=scale, legend=legend),
            order=alt.Order("place:Q"),
            tooltip=[
                alt.Tooltip("x:O", title=" "),
                alt.Tooltip("name:N", title="part"),
                alt.Tooltip("value:Q", format=",.0f", title=unit),
            ],
        )
    )
    if marks:
        rule = alt.Chart(data(marks)).mark_rule(color=theme.INK, strokeDash=[3, 3], strokeWidth=1.5).encode(x=x)
        drawn = drawn + rule + alt.Chart(data(marks)).mark_text(y=-8).encode(x=x, text="text:N")
    return drawn.properties(height=height)


def _nothing(rows: Rows, x: alt.X, unit: str, height: int) -> Any:
    """Columns that are all zero: the word `none` over each place, so that the picture is not merely empty."""
    places = [{"x": each, "value": 0, "text": "none"} for each in sorted({row["x"] for row in rows})]
    y = alt.Y("value:Q", title=unit, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(values=[0], format=",.0f"))
    return alt.Chart(data(places)).mark_text(dy=-10).encode(x=x, y=y, text="text:N").properties(height=height // 2)


def shares(rows: Rows, colours: Mapping[str, str], names: Mapping[str, str], order: Sequence[str]) -> Any:
    """Horizontal bars of equal length, split by share. rows: label, part, value (0-1), optional year."""
    parts = [part for part in colours if any(row["part"] == part for row in rows)]
    named = [{**row, "name": names.get(row["part"], row["part"]), "place": parts.index(row["part"])} for row in rows]
    scale = alt.Scale(domain=[names.get(p, p) for p in parts], range=[colours[p] for p in parts])
    return (
        alt.Chart(data(named))
        .mark_bar(height={"band": 0.7}, **OUTLINE)
        .encode(
            y=alt.Y("label:N", sort=list(order), title=None),
            x=alt.X(
                "value:Q", title=None, axis=alt.Axis(format="%", values=[0, 0.5, 1]), scale=alt.Scale(domain=[0, 1])
            ),
            color=alt.Color("name:N", scale=scale, legend=_legend(scale.domain)),
            order=alt.Order("place:Q"),
            tooltip=[
                alt.Tooltip("label:N", title=" "),
                alt.Tooltip("name:N", title="part"),
                alt.Tooltip("value:Q", format=".0%", title="share"),
            ],
        )
        .properties(height=alt.Step(34))
    )


def lines(
    rows: Rows,
    colours: Mapping[str, str],
    unit: str,
    fmt: str = ",.3~s",
    height: int = 220,
    hidden: Sequence[str] = (),
) -> Any:
    """Lines over x. rows: x, part, value, optional low and high (a band); one line of each part of `colours`.

    `hidden`: places on x whose number is hidden; each has a hatched column.
    """
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    every = alt.Scale(domain=sorted({row["x"] for row in rows} | set(hidden)))
    x = alt.X("x:O", title=None, scale=every, axis=alt.Axis(labelAngle=0, labelOverlap=True))
    y = alt.Y("value:Q", title=unit, axis=_axis(fmt, tickCount=5), scale=alt.Scale(zero=True))
    paint = alt.Color("part:N", scale=scale, legend=alt.Legend() if len(colours) > 1 else None)
    tip = [
        alt.Tooltip("x:O", title=" "),
        alt.Tooltip("part:N", title="who"),
        alt.Tooltip("value:Q", format=fmt, title=unit),
    ]
    drawn = alt.Chart(data(rows)).mark_line(point={"size": 50, "filled": True}, strokeWidth=2.5)
    line = drawn.encode(x=x, y=y, color=paint, tooltip=tip)
    banded = [row for row in rows if row.get("low") is not None]
    if banded:
        band = alt.Chart(data(banded)).mark_area(opacity=0.2)
        line = band.encode(x=x, y=alt.Y("low:Q", title=unit), y2="high:Q", color=paint) + line
    if hidden:
        column = alt.Chart(data([{"x": each} for each in hidden]))
        veil = column.mark_bar(color=theme.HIDDEN, width=26, **OUTLINE)
        line = veil.encode(x=x, y=alt.value(0), y2=alt.value(height)) + line
    return line.properties(height=height)


def ladder(nodes: Rows, edges: Rows, years: Sequence[str], rungs: Sequence[str]) -> Any:
    """People on each rung by year, and the flow between rungs. nodes: year, rung, value, text; edges: year, to_year,
    rung, to_rung, value. `rungs` from the highest down."""
    x_scale, y_scale = alt.Scale(domain=list(years)), alt.Scale(domain=list(rungs))
    x = alt.X("year:O", scale=x_scale, title=None, axis=alt.Axis(labelAngle=0, orient="top", domain=False, offset=8))
    y = alt.Y("rung:N", scale=y_scale, sort=list(rungs), title=None, axis=alt.Axis(grid=True, labelLimit=130))
    most = max([1.0, *(row["value"] for row in nodes)])  # all hidden: small dots, not large ones
    flow = (
        alt.Chart(data(edges))
        .mark_rule(opacity=0.55, strokeCap="round")
        .encode(
            x=x,
            y=y,
            x2="to_year:O",
            y2="to_rung:N",
            strokeWidth=alt.StrokeWidth("value:Q", scale=alt.Scale(type="sqrt", range=[0.6, 16]), legend=None),
            color=alt.Color("colour:N", scale=None),
            tooltip=[
                alt.Tooltip("rung:N", title="from"),
                alt.Tooltip("to_rung:N", title="to"),
                alt.Tooltip("value:Q", title="persons"),
            ],
        )
    )
    size = alt.Size("value:Q", scale=alt.Scale(type="sqrt", domain=[0, most], range=[40, 700]), legend=None)
    paint = alt.condition("datum.hidden", alt.value(theme.HIDDEN), alt.value(theme.BLUE))
    tip = [
        alt.Tooltip("rung:N", title=" "),
        alt.Tooltip("year:O", title="year"),
        alt.Tooltip("text:N", title="persons"),
    ]
    drawn = alt.Chart(data(nodes)).mark_circle(opacity=1, **OUTLINE)
    label = alt.Chart(data(nodes)).encode(x=x, y=y, text="text:N")
    halo = label.mark_text(dy=-17, fontWeight="bold", stroke=theme.PAPER, strokeWidth=3, strokeJoin="round")
    over = label.mark_text(dy=-17, fontWeight="bold")
    return (flow + drawn.encode(x=x, y=y, size=size, color=paint, tooltip=tip) + halo + over).properties(
        height=alt.Step(58)
    )


def fan(rows: Rows, actual: Rows, unit: str) -> Any:
    """A band p10-p90 with p50 and the expectation; dots for what was. rows: x, p10, p50, p90, expected, revenue."""
    x = alt.X("x:O", title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True))
    band = (
        alt.Chart(data(rows))
        .mark_area(color=theme.SKY, opacity=0.45)
        .encode(x=x, y=alt.Y("p10:Q", title=unit, axis=_axis(MONEY, tickCount=5)), y2="p90:Q")
    )
    tip = [alt.Tooltip("x:O", title=" "), *(alt.Tooltip(f"{p}:Q", format="$,.0f") for p in ("p10", "p50", "p90"))]
    middle = alt.Chart(data(rows)).mark_line(color=theme.BLUE, strokeWidth=2.5, point={"size": 40})
    revenue = (
        alt.Chart(data([r for r in rows if r.get("revenue") is not None]))
        .mark_line(color=theme.ORANGE, strokeWidth=2.5, strokeDash=[6, 4])
        .encode(x=x, y="revenue:Q")
    )
    was = alt.Chart(data(actual)).mark_point(color=theme.INK, filled=True, size=70).encode(x=x, y="value:Q")
    return (band + middle.encode(x=x, y="p50:Q", tooltip=tip) + revenue + was).properties(height=230)


def map_of_cells(rows: Rows, columns: Sequence[str], lines_: Sequence[str], colours: Mapping[str, str]) -> Any:
    """A grid of cells coloured by a value of a vocabulary. rows: column, line, value."""
    present = [value for value in colours if any(row["value"] == value for row in rows)]
    scale = alt.Scale(domain=present, range=[colours[value] for value in present])
    return (
        alt.Chart(data(rows))
        .mark_rect(stroke=theme.PAPER, strokeWidth=1.5)
        .encode(
            x=alt.X("column:O", sort=list(columns), title=None, axis=alt.Axis(labelAngle=0, orient="top")),
            y=alt.Y("line:N", sort=list(lines_), title=None),
            color=alt.Color("value:N", scale=scale),
            tooltip=[alt.Tooltip(f"{name}:N", title=" ") for name in ("line", "column", "value")],
        )
        .properties(height=alt.Step(18))
    )


def dots(rows: Rows, order: Sequence[str], own: str) -> Any:
    """A strip for each measure with a dot a district, from the least to the most. rows: label, name, place (0-1), text,
    mine; `own`: what the large dot is called."""
    scale = alt.Scale(domain=["like districts", own], range=["#9db4c8", theme.ORANGE])
    return (
        alt.Chart(data([{**row, "who": own if row["mine"] else "like districts"} for row in rows]))
        .mark_circle(opacity=1, **OUTLINE)
        .encode(
            x=alt.X(
                "place:Q",
                title="least → most",
                scale=alt.Scale(domain=[-0.06, 1.06], nice=False),
                axis=alt.Axis(labels=False, values=[], grid=False),
            ),
            y=alt.Y("label:N", sort=list(order), title=None, axis=alt.Axis(grid=True)),
            size=alt.Size("mine:N", scale=alt.Scale(domain=[False, True], range=[70, 210]), legend=None),
            color=alt.Color("who:N", scale=scale),
            order=alt.Order("mine:N"),
            tooltip=[alt.Tooltip(f"{name}:N", title=" ") for name in ("name", "label", "text")],
        )
        .properties(height=alt.Step(34))
    )
