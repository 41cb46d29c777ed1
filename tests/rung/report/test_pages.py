"""The report's pages from hand-made tables: right numbers, nothing hidden shown or loaded, fit for all readers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from contracts.extracts import EXTRACTS
from contracts.public import PUBLIC
from expectations.suites import load_suites
from rung.core.project import SUITES
from rung.lake.places import LocalPlace
from rung.report import charts, money_charts, people_charts, theme
from rung.report.cell_format import Chart, Missing
from rung.report.draw import draw_all, spec
from rung.report.facts import Facts, Program
from rung.report.write import write_pages

LADDER = Program("p", "Ladder <of> Oaks & Elms", "A ladder.", (("low", "Low", 0), ("mid", "Mid", 1), ("top", "Top", 2)))


def table(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows of a public table; what a row does not say is null, and the contract is asked."""
    schema = PUBLIC[name].schema
    kinds = schema.create_empty().schema
    full = [{column: row.get(column) for column in kinds} for row in rows]
    text = {c: pl.String if k.is_decimal() else k for c, k in kinds.items()}
    return schema.validate(pl.DataFrame(full, schema=text), cast=True)


def count(persons: int | None, **keys: Any) -> dict[str, Any]:
    """A published count; None is suppressed."""
    if persons is None:
        return {"grain": "lea", "mask": "suppressed", "reason": "protects_persons", **keys}
    return {
        "grain": "lea",
        "mask": "published",
        "persons": persons,
    } | keys


def rounded(persons: int, **keys: Any) -> dict[str, Any]:
    return {"grain": "lea", "mask": "rounded", "persons": persons, **keys}


def money(amount: str | None, **keys: Any) -> dict[str, Any]:
    if amount is None:
        return {"grain": "lea", "mask": "suppressed", "reason": "protects_persons", **keys}
    return {"grain": "lea", "mask": "published", "amount": amount, **keys}


def arrival(lea_id: str, extract: str, word: str, days: int | None) -> dict[str, Any]:
    late = {"timeliness": word, "days_late": days, "accepted": word != "missing"}
    return {"lea_id": lea_id, "extract": extract, "school_year": 2026, **late}


def facts() -> Facts:
    lea = {"lea_id": "0100", "program_id": "p"}
    designation = [
        count(40, level="low", school_year=2025, **lea),
        count(31, level="low", school_year=2026, **lea),
        rounded(12, level="mid", school_year=2026, **lea),
        count(None, level="top", school_year=2026, **lea),
    ]
    flow = [
        count(30, move="stayed", from_level="low", to_level="low", school_year=2026, **lea),
        count(11, move="up", from_level="low", to_level="mid", school_year=2026, **lea),
        count(None, move="down", from_level="mid", to_level="low", school_year=2026, **lea),
    ]
    retention = [
        count(n, comparison_group="others", outcome=o, school_year=2025, lea_id="0100")
        for o, n in (("all", 100), ("stay_school", 80), ("left_state_schools", 15), ("move_lea", None))
    ]
    access = [
        count(n, measure=m, poverty_quartile=q, school_year=2026, lea_id="0100")
        for m, q, n in (("teachers", "1", 200), ("leaders", "1", 20))
    ]
    span = [
        count(n, measure=m, school_year=2026, lea_id="0100")
        for m, n in (("teachers", 200), ("evaluators", 25), ("evaluators_without_leaders", 20))
    ]
    funding = [
        money("750000.00", dimension="stream", part="local_general", school_year=2026, **lea),
        money("250000.00", dimension="stream", part="philanthropic", school_year=2026, **lea),
        money(None, dimension="all", part="all", school_year=2026, **lea),
        money("60000.00", dimension="ends", part="2028", school_year=2026, **lea),
        money("190000.00", dimension="ends", part="2030", school_year=2026, **lea),
        money(None, dimension="ends", part="2029", school_year=2026, **lea),
    ]
    pay = [money("9000000.00", pay_group="base", school_year=2026, lea_id="0100")]
    tables = {
        "public_designation": table("public_designation", designation),
        "public_ladder_flow": table("public_ladder_flow", flow),
        "public_retention": table("public_retention", retention),
        "public_access": table("public_access", access),
        "public_span": table("public_span", span),
        "public_money": table("public_money", funding),
        "public_compensation": table("public_compensation", pay),
    }
    path = {"program_id": "p", "scenario": "base", "school_year": 2026, "mask": "published", "grain": "state"}
    tables["public_projection"] = table(
        "public_projection",
        [
            {**path, "future_year": 2026 + n, **dict.fromkeys(("expected", "p50"), m), "p10": low, "p90": high}
            for n, (low, m, high) in enumerate(
                [("900.00", "900.00", "900.00"), ("870.00", "950.00", "1010.00"), ("880.00", "990.00", "1120.00")]
            )
        ],
    )
    tables["public_data_quality"] = table(
        "public_data_quality",
        [
            arrival("0100", "roster", "late", 3),
            arrival("0100", "payroll", "on_time", 0),
            arrival("0200", "roster", "missing", None),
            arrival("0200", "payroll", "no_due_day", None),
        ],
    )
    fields = [{"name": "persons", "type": "integer", "unit": "persons", "description": "Persons <counted>."}]
    schools = {"school_id": ["01001", "01002"], "school_year": [2026, 2026], "lea_id": ["0100", "0100"]}
    named = {"name": ["Oak School", "Elm School"], "enrollment": [300, 500], "poverty_percent": [10.0, 50.0]}
    tables["dim_school"] = pl.DataFrame(schools | named)
    tables["dim_district"] = pl.DataFrame({"lea_id": ["0100", "0200"], "locale": ["21", "42"]})
    package = {"resources": [{"name": "public_span", "description": "One row.", "schema": {"fields": fields}}]}
    names = {"0100": "Oak & Co", "0200": "Elm"}
    return Facts(
        "Oak State",
        "abc123",
        False,
        names,
        {"p": LADDER},
        tables,
        package=package,
        suites=load_suites(tuple(EXTRACTS), SUITES),
    )


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("report")
    assert write_pages(facts(), LocalPlace(root)).pages == 7
    return root


def page(report: Path) -> str:
    return (report / "district" / "0100.html").read_text(encoding="utf-8")


def test_every_number_is_said_as_it_was_published(report: Path) -> None:
    text = page(report)
    assert '<td>Mid</td><td class="n">about 12</td>' in text
    assert '<td>Top</td><td class="n">hidden to protect persons</td>' in text
    assert '>Low → Mid</td><td class="n">11</td>' in text
    assert "80 % of other teachers were in the same school a year later" in text
    assert "25 % of it is money that ends" in text
    assert '<td class="n">10.0</td>' in text  # 20 leaders of 200 teachers
    assert '<td class="n">8.0</td><td class="n">10.0</td>' in text  # 200 teachers, 25 evaluators, 20 without leaders
    assert "hidden to protect persons" in text


def test_a_district_without_rows_has_no_page_and_names_are_escaped(report: Path) -> None:
    assert not (report / "district" / "0200.html").exists()
    assert "Oak &amp; Co" in page(report) and "Ladder &lt;of&gt; Oaks &amp; Elms" in page(report)


def test_when_data_came_is_said_by_the_worst_extract_and_by_extract(report: Path) -> None:
    state = (report / "index.html").read_text(encoding="utf-8")
    assert "2 of 2 district-years late or not accepted" in state
    assert state.index("<td>not accepted</td>") < state.index("<td>late (3 days)</td>"), "the worst stands first"
    own = page(report)
    assert "1 of 2 extracts late or not accepted" in own
    assert ">payroll</th><td>on time</td>" in own


def test_the_cliff_is_drawn_from_all_programs_together(report: Path) -> None:
    text = page(report)
    assert "$250,000 a year ends, the first of it in 2027-28." in text
    assert '>2029-30</th><td class="n">$190,000</td>' in text
    assert "1 amount is hidden to protect persons." in text
    assert "At least $250k a year of program pay stands on money that ends, $60k of it gone from 2027-28 on." in text


def test_the_public_page_says_what_stands_in_the_restricted_report_alone(report: Path) -> None:
    state = (report / "index.html").read_text(encoding="utf-8")
    alone = re.findall(r"In the restricted report alone: (.*?)</p>", state)
    listed = [title for titles in alone for title in re.findall(r">([^<]+)</span>", titles)]
    assert "Pay per hour of a leadership role" in listed and "The stress test" in listed


def test_ten_years_stand_on_the_programs_page_and_on_no_districts(report: Path) -> None:
    program = (report / "program" / "p.html").read_text(encoding="utf-8")
    assert "Fan of cost: $900 in 2025-26; half of the runs under $990 in 2027-28." in program
    assert '<td class="n">$880</td><td class="n">$990</td><td class="n">$1,120</td>' in program
    assert "money that recurs" not in program and "Cost in ten years" not in page(report)


def test_words_and_rules_are_explained_in_the_same_report(report: Path) -> None:
    assert "<td>Persons &lt;counted&gt;.</td>" in (report / "dictionary.html").read_text(encoding="utf-8")
    rules = (report / "rules.html").read_text(encoding="utf-8")
    assert rules.count("<tr>") > 100 and ">PAY-0" in rules and ">the row is sent back<" in rules


def test_hidden_parts_are_drawn_as_hidden_and_never_guessed(report: Path) -> None:
    """80 and 15 of 100 are shown; the other 5 are one grey part, whatever they are."""
    hidden = re.search(r'aria-label="After 2024-25[^"]*"', page(report))
    assert hidden and "hidden" not in hidden.group()
    assert theme.OUTCOMES["hidden"] in page(report)


def test_the_same_facts_give_the_same_bytes(report: Path, tmp_path: Path) -> None:
    write_pages(facts(), LocalPlace(tmp_path))
    for path in report.rglob("*.html"):
        assert (tmp_path / path.relative_to(report)).read_bytes() == path.read_bytes()


def test_no_page_loads_anything(report: Path) -> None:
    for path in report.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "default-src 'none'" in text
        namespaces = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
        assert set(re.findall(r"(?:https?:)?//[^\s\"'<>)]+", text)) <= namespaces
        assert re.findall(r"<link[^>]*>", text) == ['<link rel="icon" href="data:,">']  # else a browser asks for one
        assert not re.search(r"<(img|iframe|object|embed|video|audio|source)\b|@import|url\((?!#)", text)
        scripts = re.findall(r"<script ([^>]*)>", text)
        own = [re.search(r'src="(?:\.\./)*assets/(\w+)\.js"', each) for each in scripts]
        data = 'type="application/json" class="vega"'
        assert all(found or each == data for found, each in zip(own, scripts, strict=True))
        assert not re.search(r"\son[a-z]+=", text)


def test_every_link_leads_somewhere(report: Path) -> None:
    for path in report.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        ids = set(re.findall(r'\sid="([^"]+)"', text))
        for href in re.findall(r'<a [^>]*href="([^"]+)"', text):
            if href.startswith("#"):
                assert href[1:] in ids, href
            else:
                file, _, anchor = href.partition("#")
                assert (path.parent / file).is_file(), href
                assert not anchor or f'id="{anchor}"' in (path.parent / file).read_text(encoding="utf-8"), href


class Reader(HTMLParser):
    """What a screen reader meets: headings in order, pictures with words, tables with headers, ids once."""

    def __init__(self) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.regions: list[str] = []
        self.wrong: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "svg" and given.get("aria-hidden") != "true":
            self.wrong.append("a picture that is read out as shapes")
        if given.get("role") in ("img", "region") and not given.get("aria-label"):
            self.wrong.append(f"{given['role']} without words")
        if given.get("role") == "region":
            self.regions.append(str(given["aria-label"]))
        if tag == "th" and given.get("scope") not in ("col", "row"):
            self.wrong.append("a table header without scope")
        if tag == "html" and given.get("lang") != "en":
            self.wrong.append("no language")


@pytest.fixture(scope="module")
def readers(report: Path) -> Iterator[list[Reader]]:
    found = []
    for path in sorted(report.rglob("*.html")):
        reader = Reader()
        reader.feed(path.read_text(encoding="utf-8"))
        found.append(reader)
    yield found


def test_pages_read_well_aloud(readers: list[Reader]) -> None:
    for reader in readers:
        assert reader.wrong == []
        assert reader.headings[0] == 1 and reader.headings.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(reader.headings))
        assert len(set(reader.ids)) == len(reader.ids)
        assert len(set(reader.regions)) == len(reader.regions)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_words_stand_out_from_paper() -> None:
    for colour in (theme.INK, theme.QUIET, theme.BLUE):
        assert contrast(colour, theme.PAPER) >= 7, colour
    assert contrast(theme.ORANGE, theme.PAPER) >= 3  # the outline of what has the focus
    assert contrast("#7a1f00", "#ffffff") >= 7


@pytest.mark.parametrize("palette", [theme.STREAMS, theme.OUTCOMES], ids=["streams", "outcomes"])
def test_neighbours_in_a_stack_differ_in_lightness(palette: dict[str, str]) -> None:
    """In grey print, and to a reader who sees no colours: within each family neighbours are a step apart."""
    family = [c for name, c in palette.items() if name not in ("unknown", "hidden")]
    shades = [116 * max(luminance(c), 0.00886) ** (1 / 3) - 16 for c in family]
    for before, after in pairwise(shades):
        assert abs(before - after) >= 9, (palette, before, after)


# --- what no list of numbers had: odd names, empty states, sums told together, awards of several programs ----------


def written(changed: Facts, root: Path) -> Path:
    write_pages(changed, LocalPlace(root))
    return root


def test_a_state_without_any_number_still_has_its_pages(tmp_path: Path) -> None:
    plain = facts()
    empty = replace(plain, tables={name: frame.clear() for name, frame in plain.tables.items()})
    root = written(empty, tmp_path)
    text = (root / "index.html").read_text(encoding="utf-8")
    assert "hidden to protect persons, or not on file" in text
    assert (root / "sunset.ics").read_bytes().startswith(b"BEGIN:VCALENDAR")


def test_a_name_cannot_open_a_comment_in_a_chart(tmp_path: Path) -> None:
    """`<!--` followed by `<script` inside a script element would swallow the rest of the page."""
    named = replace(facts(), districts={"0100": "<!--<script>Oak</script>", "0200": "Elm"})
    root = written(named, tmp_path)
    for path in root.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "<!--" not in text, path
        for block in re.findall(r'class="vega">(.*?)</script>', text, re.S):
            assert "<" not in block
            json.loads(block)


def test_an_id_that_is_no_address_is_linked_all_the_same(tmp_path: Path) -> None:
    plain = facts()
    odd = "01 #?%"
    tables = {
        name: frame.with_columns(pl.col("lea_id").replace({"0100": odd})) if "lea_id" in frame.columns else frame
        for name, frame in plain.tables.items()
    }
    root = written(replace(plain, districts={odd: "Oak", "0200": "Elm"}, tables=tables), tmp_path)
    text = (root / "index.html").read_text(encoding="utf-8")
    assert 'href="district/01%20%23%3F%25.html"' in text
    assert (root / "district" / f"{odd}.html").is_file()
    assert "district/01%20%23%3F%25.html" in (root / "assets" / "search.js").read_text(encoding="utf-8")


def test_outcomes_told_together_are_drawn_and_not_called_hidden() -> None:
    plain = facts()
    rows = [
        count(n, comparison_group="others", outcome=o, school_year=2025, lea_id="0100")
        for o, n in (
            ("all", 100),
            ("stay_school", 80),
            ("move_school", 5),
            ("move_lea", None),
            ("leave_teaching", None),
            ("move_lea + leave_teaching", 15),
        )
    ]
    told = replace(plain, tables={**plain.tables, "public_retention": table("public_retention", rows)})
    chart = people_charts.retention(told, None, "0100")
    assert isinstance(chart, Chart)
    cells = chart.drawing.to_dict(validate=False)["data"]["values"]
    assert {cell["name"]: cell["value"] for cell in cells} == {
        "same school": 0.8,
        "other school": 0.05,
        "other district or left teaching": 0.15,
    }


def awards(*rows: tuple[str, str, int, str]) -> pl.DataFrame:
    """`sunset` rows: award, program that it pays most, how many programs, dollars a year."""
    return pl.DataFrame(
        [
            {
                "lea_id": "0100",
                "award_id": award,
                "program_id": program,
                "programs": programs,
                "award_end": date(2027, 6, 30),
                "last_budget_vote": date(2027, 6, 30),
                "recurring_amount": Decimal(dollars),
                "persons": 2,
            }
            for award, program, programs, dollars in rows
        ]
    )


def test_an_award_of_two_programs_is_no_programs_own_money() -> None:
    """Its dollars are not divided by program, so that one program must not be shown all of them."""
    restricted = replace(
        facts(), restricted=True, more={"sunset": awards(("A", "p", 1, "100.00"), ("B", "p", 2, "900.00"))}
    )
    whole, own = money_charts.ending(restricted), money_charts.ending(restricted, None, LADDER)
    assert (whole.gone, whole.least) == ({2028: 1000.0}, "")
    assert (own.gone, own.shared, own.least) == ({2028: 100.0}, 1, "at least ")
    only = replace(restricted, more={"sunset": awards(("B", "p", 2, "900.00"))})
    chart = money_charts.cliff(only, None, LADDER)
    assert isinstance(chart, Missing) and chart.why == "its awards that end pay other programs too"


def test_no_all_clear_where_numbers_are_hidden(tmp_path: Path) -> None:
    """A district of which nothing is shown is not told that no money ends and no span is wide."""
    plain = facts()
    veiled = {
        name: frame.with_columns(pl.lit(None, frame.schema[value]).alias(value), mask=pl.lit("suppressed"))
        if (value := "persons" if "persons" in frame.columns else "amount") in frame.columns
        else frame
        for name, frame in plain.tables.items()
    }
    veiled["public_data_quality"] = plain.tables["public_data_quality"].filter(pl.col("lea_id") == "0300")
    root = written(replace(plain, tables=veiled), tmp_path)
    text = (root / "district" / "0100.html").read_text(encoding="utf-8")
    assert "Nothing that is shown stands out. Numbers that are hidden, or not on file, were not looked at." in text


def test_columns_of_nothing_say_so_and_negative_bars_have_their_number_beside_zero() -> None:
    cells = [{"x": "2022-23", "part": "a", "value": 0}, {"x": "2023-24", "part": "a", "value": 0}]
    (drawn,) = draw_all([spec(charts.stacked(cells, {"a": "#0b5394"}, {"a": "A"}, "persons", ",.0f"))])
    assert drawn.count(">none<") == 2 and ">2022-23<" in drawn
    bars = [{"label": "one", "value": -11.8, "text": "−11.8 (17)"}, {"label": "two", "value": -2.0, "text": "−2.0 (3)"}]
    (drawn,) = draw_all([spec(charts.bars(bars, ["one", "two"], "points"))])
    starts = re.findall(r'anchor="start" transform="translate\(([\d.]+),[\d.]+\)[^>]*>−', drawn)
    assert len(starts) == 2 and starts[0] == starts[1], "both begin at zero, where no bar is"


def test_long_names_of_a_legend_are_whole() -> None:
    names = {"a": "same school", "b": "other district or left teaching"}
    rows = [{"label": "all", "part": part, "value": 0.5} for part in names]
    (drawn,) = draw_all([spec(charts.shares(rows, {"a": "#0b5394", "b": "#8a4a85"}, names, ["all"]))])
    assert ">other district or left teaching<" in drawn
