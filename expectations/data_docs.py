"""Data Docs that can be read with no network, and a front page with every rule in words.

Great Expectations' pages take styles and scripts from five hosts. Here they keep what the library wrote, lose what is
loaded from elsewhere, and get a style of their own; the front page lists each rule with its message and the rows that
break it, and leads to those pages.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from expectations.suites import Suite

# What is loaded from elsewhere, scripts (the library's need jQuery from the net), logos, and the way to a page of the
# suite, which docs/rules.md is.
NEEDLESS_TAGS = re.compile(
    r"<link\b[^>]*>|<script\b.*?</script>|<img\b[^>]*>|<a href=\"[./]*expectations/[^>]*>", flags=re.I | re.S
)
# The library marks results by icons of a font from the net; here they are words. Its buttons need scripts.
STYLE = """<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;width:100%}td,th{border:1px solid #bbb;padding:.3rem .6rem;text-align:left;
vertical-align:top}th{background:#f2f2f2}td.n{text-align:right;font-variant-numeric:tabular-nums}
.broken{font-weight:700}a{color:#0b4f9e}footer,.ge-call-to-action-popup,#ge-cta-footer,.card:has(.btn-group){display:none}
.fa-check-circle::before{content:"holds"}.fa-times::before{content:"broken";font-weight:700}i{font-style:normal}
</style>"""
HEAD = ("Rule", "Severity", "What is wrong", "Rows that break it")


def offline(page: str) -> str:
    """A page of the library's that can be read with no network."""
    return NEEDLESS_TAGS.sub("", page).replace("</head>", STYLE + "</head>", 1)


def front_page(folder: Path, suites: Mapping[str, Suite], results: Sequence[tuple[str, int, Mapping[str, int]]]) -> str:
    """Every rule of every table that was judged: what it says, rows, rows that break it; slices added up."""
    sections = []
    for table in dict.fromkeys(name for name, _, _ in results):
        slices = [(rows, broken) for name, rows, broken in results if name == table]
        rows = sum(each for each, _ in slices)
        lines = [
            _line(
                rule.rule_id, rule.meta.severity, rule.meta.message, sum(broken[rule.rule_id] for _, broken in slices)
            )
            for rule in suites[table].expectations
        ]
        pages = sorted((folder / "validations" / table).glob("*.html"), key=lambda page: int(page.stem))
        links = " · ".join(
            f'<a href="{page.relative_to(folder).as_posix()}">Great Expectations, part {number}</a>'
            for number, page in enumerate(pages, start=1)
        )
        head = "".join(f'<th scope="col">{title}</th>' for title in HEAD)
        sections.append(
            f"<h2>{html.escape(table)}</h2><p>{rows:,} rows judged. {links}</p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
        )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Data Docs: the gate</title>{STYLE}</head>'
        "<body><main><h1>The gate</h1><p>Great Expectations judged every row; its counts equal the masks' counts, "
        f"rule by rule. The counts are of rows; no row's values are shown.</p>{''.join(sections)}</main></body></html>"
    )


def _line(rule_id: str, severity: str, message: str, broken: int) -> str:
    mark = ' class="broken"' if broken else ""
    cells = "".join(f"<td>{html.escape(cell)}</td>" for cell in (rule_id, severity, message))
    return f'<tr{mark}>{cells}<td class="n">{broken:,}</td></tr>'
