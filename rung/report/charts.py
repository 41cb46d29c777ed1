"""The shapes of chart that the report uses, in Altair. Each takes plain rows that are already fit to be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from rung.report import theme
from rung.report.draw import WIDTH

Rows = Sequence[Mapping[str, Any]]
OUTLINE: dict[str, Any] = {"stroke": theme.INK, "strokeWidth": 0.4}


def data(rows: Rows) -> Any:
    """Rows as the inline data of a chart."""
    make: Any = alt.Data
    return make(values=[dict(row) for row in rows])


def bars(rows: Rows, order: Sequence[str], unit: str, colour: str = theme.BLUE) -> Any:
    """Horizontal bars with their number beside them. rows: label, value, text, optional colour."""
    own = any("colour" in row for row in rows)
    base = alt.Chart(data(rows)).encode(
        y=alt.Y("label:N", sort=list(order), title=None),
        x=alt.X("value:Q", title=unit, axis=alt.Axis(tickCount=4, format=",~s")),
    )
    paint = alt.Color("colour:N", scale=None) if own else alt.value(colour)
    drawn = base.mark_bar(height={"band": 0.7}, **OUTLINE).encode(color=paint)
    said = base.mark_text(align="left", dx=4).encode(text="text:N")
    return (drawn + said).properties(width=WIDTH - 150, height=alt.Step(26))


def stacked(
    rows: Rows,
    colours: Mapping[str, str],
    names: Mapping[str, str],
    unit: str,
    fmt: str = ",~s",
    marks: Rows = (),
) -> Any:
    """Columns by x, stacked by part. rows: x, part, value; marks (columns that something happens at): x, text."""
    parts = [part for part in colours if any(row["part"] == part for row in rows)]
    named = [
        {**row, "name": names.get(row["part"], row["part"]), "place": parts.index(row["part"])}
        for row in rows
        if row["value"]  # a column of nothing would be drawn as its outline
    ]
    scale = alt.Scale(domain=[names.get(p, p) for p in parts], range=[colours[p] for p in parts])
    all_x = alt.Scale(domain=sorted({row["x"] for row in rows}))
    x = alt.X("x:O", scale=all_x, title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True))
    drawn = (
        alt.Chart(data(named))
        .mark_bar(width={"band": 0.65}, **OUTLINE)
        .encode(
            x=x,
            y=alt.Y("value:Q", title=unit, axis=alt.Axis(tickCount=5, format=fmt)),
            color=alt.Color("name:N", scale=scale),
            order=alt.Order("place:Q"),
        )
    )
    if marks:
        rule = alt.Chart(data(marks)).mark_rule(color=theme.INK, strokeDash=[3, 3], strokeWidth=1.5).encode(x=x)
        drawn = drawn + rule + alt.Chart(data(marks)).mark_text(y=-8).encode(x=x, text="text:N")
    return drawn.properties(width=WIDTH, height=230)


def shares(rows: Rows, colours: Mapping[str, str], names: Mapping[str, str], order: Sequence[str]) -> Any:
    """Horizontal bars of equal length, split by share. rows: label, part, value (0-1)."""
    parts = [part for part in colours if any(row["part"] == part for row in rows)]
    named = [{**row, "name": names.get(row["part"], row["part"]), "place": parts.index(row["part"])} for row in rows]
    scale = alt.Scale(domain=[names.get(p, p) for p in parts], range=[colours[p] for p in parts])
    return (
        alt.Chart(data(named))
        .mark_bar(height={"band": 0.7}, **OUTLINE)
        .encode(
            y=alt.Y("label:N", sort=list(order), title=None),
            x=alt.X("value:Q", title=None, axis=alt.Axis(format="%", tickCount=5), scale=alt.Scale(domain=[0, 1])),
            color=alt.Color("name:N", scale=scale),
            order=alt.Order("place:Q"),
        )
        .properties(width=WIDTH - 80, height=alt.Step(34))
    )


def lines(rows: Rows, colours: Mapping[str, str], unit: str, fmt: str = ",~s") -> Any:
    """Lines over years. rows: x, part, value; one line of each part of `colours`."""
    names = list(colours)
    scale = alt.Scale(domain=names, range=list(colours.values()))
    x = alt.X("x:O", title=None, axis=alt.Axis(labelAngle=0))
    y = alt.Y("value:Q", title=unit, axis=alt.Axis(tickCount=5, format=fmt), scale=alt.Scale(zero=True))
    paint = alt.Color("part:N", scale=scale, legend=alt.Legend() if len(names) > 1 else None)
    drawn = alt.Chart(data(rows)).mark_line(point={"size": 50, "filled": True}, strokeWidth=2.5)
    return drawn.encode(x=x, y=y, color=paint).properties(width=WIDTH, height=220)


def ladder(nodes: Rows, edges: Rows, years: Sequence[str], rungs: Sequence[str]) -> Any:
    """People on each rung by year, and the flow between rungs. nodes: year, rung, value, text; edges: year, to_year,
    rung, to_rung, value. `rungs` from the highest down."""
    x_scale, y_scale = alt.Scale(domain=list(years)), alt.Scale(domain=list(rungs))
    x = alt.X("year:O", scale=x_scale, title=None, axis=alt.Axis(labelAngle=0, orient="top", domain=False, offset=8))
    y = alt.Y("rung:N", scale=y_scale, sort=list(rungs), title=None, axis=alt.Axis(grid=True, labelLimit=150))
    most = max([1.0, *(row["value"] for row in nodes)])  # all hidden: small dots, not large ones
    widest = alt.Scale(type="sqrt", range=[0.6, 16])
    flow = (
        alt.Chart(data(edges))
        .mark_rule(opacity=0.55, strokeCap="round")
        .encode(
            x=x,
            y=y,
            x2="to_year:O",
            y2="to_rung:N",
            strokeWidth=alt.StrokeWidth("value:Q", scale=widest, legend=None),
            color=alt.Color("colour:N", scale=None),
        )
    )
    drawn = (
        alt.Chart(data(nodes))
        .mark_circle(color=theme.BLUE, opacity=1)
        .encode(
            x=x,
            y=y,
            size=alt.Size("value:Q", scale=alt.Scale(type="sqrt", domain=[0, most], range=[40, 700]), legend=None),
        )
    )
    said = (
        alt.Chart(data(nodes))
        .mark_text(dy=-17, fontWeight="bold", stroke=theme.PAPER, strokeWidth=3, strokeJoin="round")
        .encode(x=x, y=y, text="text:N")
    )
    over = alt.Chart(data(nodes)).mark_text(dy=-17, fontWeight="bold").encode(x=x, y=y, text="text:N")
    return (flow + drawn + said + over).properties(width=WIDTH - 90, height=alt.Step(58))


def fan(rows: Rows, actual: Rows, unit: str) -> Any:
    """A band p10-p90 with p50 and the expectation; dots for what was. rows: x, p10, p50, p90, expected, revenue."""
    x = alt.X("x:O", title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True))
    axis = alt.Axis(tickCount=5, format="$,~s")
    band = (
        alt.Chart(data(rows))
        .mark_area(color=theme.SKY, opacity=0.45)
        .encode(x=x, y=alt.Y("p10:Q", title=unit, axis=axis), y2="p90:Q")
    )
    middle = alt.Chart(data(rows)).mark_line(color=theme.BLUE, strokeWidth=2.5).encode(x=x, y="p50:Q")
    revenue = (
        alt.Chart(data([r for r in rows if r.get("revenue") is not None]))
        .mark_line(color=theme.ORANGE, strokeWidth=2.5, strokeDash=[6, 4])
        .encode(x=x, y="revenue:Q")
    )
    was = alt.Chart(data(actual)).mark_point(color=theme.INK, filled=True, size=70).encode(x=x, y="value:Q")
    return (band + middle + revenue + was).properties(width=WIDTH, height=230)


def map_of_cells(rows: Rows, columns: Sequence[str], lines_: Sequence[str], colours: Mapping[str, str]) -> Any:
    """A grid of cells coloured by a word. rows: column, line, word."""
    words = [word for word in colours if any(row["word"] == word for row in rows)]
    scale = alt.Scale(domain=words, range=[colours[word] for word in words])
    return (
        alt.Chart(data(rows))
        .mark_rect(stroke=theme.PAPER, strokeWidth=1.5)
        .encode(
            x=alt.X("column:O", sort=list(columns), title=None, axis=alt.Axis(labelAngle=0, orient="top")),
            y=alt.Y("line:N", sort=list(lines_), title=None),
            color=alt.Color("word:N", scale=scale),
        )
        .properties(width=WIDTH, height=alt.Step(18))
    )
