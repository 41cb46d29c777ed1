"""`receipt.html`: what a data steward reads. What arrived, what was kept, what to fix first.

The id of a rule stands small behind its sentence, for whoever asks about it. Links lead to files beside the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from contracts.file_rules import REPAIRS

STATES = {
    "accepted": ("Accepted", "good", "Your file has been taken in. It counts from now on."),
    "held": ("On hold", "wait", "Nothing of your file counts yet. Please mend it and send it again."),
    "rejected": ("Sent back", "bad", "Your file could not be used. What you sent before still counts."),
    "late": ("Kept, too late", "wait", "Your file is kept, but it changes nothing for now."),
}
# The same states of a dry run: nothing was sent, so nothing counts and nothing was sent back.
CHECKED = {
    "accepted": ("Would be accepted", "good", "Nothing was sent: this was a check. Send the file as it is."),
    "held": (
        "Would be on hold",
        "wait",
        "Nothing was sent: this was a check. Please mend the file before you send it.",
    ),
    "rejected": (
        "Could not be used",
        "bad",
        "Nothing was sent: this was a check. Please mend the file, and check again.",
    ),
    "late": (
        "Would be too late",
        "wait",
        "Nothing was sent: this was a check. Sent now, the file would change nothing.",
    ),
}
# What a dry run says of a file that would be accepted though some of its rows would come back.
SOME_BACK = (
    "Nothing was sent: this was a check. The file can be sent, but the rows below would come back to you:"
    " mend them first if you can, and check again."
)
EXTRACTS = {
    "evaluation": "evaluation file",
    "roster": "staff roster",
    "payroll": "payroll file",
    "leadership": "leadership events",
}
LINES = {
    "title_lines": "titles above the table",
    "blank_lines": "blank lines",
    "footer_lines": "notes below the table",
    "totals_lines": "totals",
    "repeated_headers": "repeated column names",
}
COUNTED = {
    "read": "{} that arrived",
    "accepted": "Fit to be kept",
    "quarantined": "Came back to you",
    "duplicate": "Exact repeats",
    "set_aside": "Left out as agreed",
}
# Of a dry run nothing arrived and nothing came back.
CHECK_COUNTED = COUNTED | {"read": "{} in the file", "quarantined": "Would come back"}
_TEMPLATE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ headline }}</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:58rem;padding:0 1rem;color:#1b1f24;background:#fff}
h1{font-size:1.5rem;margin-bottom:.3rem}h2{font-size:1.15rem;margin-top:2rem}
.state{display:inline-block;padding:.15rem .8rem;border-radius:1rem;font-weight:600;color:#fff}
.good{background:#1a7f37}.wait{background:#9a6700}.bad{background:#b32020}
table{border-collapse:collapse;width:100%;margin:.5rem 0}
th,td{text-align:left;vertical-align:top;padding:.45rem .6rem;border-bottom:1px solid #d5dae0}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.rule{white-space:nowrap}
@media(max-width:40rem){body{margin:1rem auto}
.counts thead,.found thead{position:absolute;left:-999rem}
.counts tr,.found tr{display:block;border-bottom:1px solid #d5dae0;padding:.4rem 0}
.counts td,.found td{display:flex;gap:1rem;justify-content:space-between;border:0;padding:.15rem 0;text-align:left;
white-space:normal;overflow-wrap:anywhere}
.found td{display:block}.found td:before,.counts td:before{content:attr(data-name);color:#57606a;font-weight:600}
.found td:before{display:block;font-size:.85rem}}
.counts td{font-size:1.1rem}li,pre,p{overflow-wrap:anywhere}pre{white-space:pre-wrap}
small,.quiet{color:#57606a}ul{padding-left:1.2rem}em{font-style:normal;background:#eef1f4;
border-radius:.25rem;padding:0 .25rem}
</style></head><body>
{{ body }}
</body></html>
"""
_BODY = """<h1>{{ headline }}</h1>
<p><span class="state {{ tone }}">{{ word }}</span></p>
<p>{{ meaning }}</p>
{% if problems %}<h2>{{ "Why it cannot be used" if dry_run else "Why it was sent back" }}</h2><ul id="problems">
{% for problem in problems %}<li>{{ problem.message|words }} <small class="rule">{{ problem.rule_id }}</small><br>
<strong>What to do:</strong> {{ problem.fix|words }}</li>
{% endfor %}</ul>{% elif state != "accepted" %}<p>{{ why|words }}</p>{% endif %}
<h2>{{ "What was checked" if dry_run else "What arrived" }}</h2>
<ul>{% for file in files %}<li>{{ file.name }}</li>{% endfor %}</ul>
{% if parent %}<p id="mends">It mends submission <strong>{{ parent }}</strong>: {{ rows_mended|number }} of its rows
were replaced by yours, all others are as you sent them then.</p>{% endif %}
{% for id, counted in counts %}<table class="counts" id="{{ id }}"><thead><tr>
{% for name, _ in counted %}<th class="n">{{ name }}</th>{% endfor %}</tr></thead><tr>
{% for name, amount in counted %}<td class="n" data-name="{{ name }}">{{ amount }}</td>{% endfor %}</tr></table>
{% endfor %}
{% if lift %}<h2>{{ "What would lift the hold" if dry_run else "What lifts the hold" }}</h2><p id="lift">At most
{{ mends.rows_allowed|number }} rows may come back, {{ (mends.rows_left + mends.rows_lifted)|number }}
{{ "would" if dry_run else "do" }}. Mend
{{ "this" if lift|length == 1 else "these " ~ lift|length }}, and
{{ mends.rows_left|number }} are left{{ "" if mends.fewest else " (fewer may do)" }}:</p><ol class="lift">
{% for rule in lift %}<li>{{ rule.message|words }} <small class="rule">{{ rule.rule_id }}</small>
<span class="quiet">{{ rule.rows|number }} rows, {{ rule|cost }}</span><br><strong>What to do:</strong>
{{ rule.fix|words }}</li>{% endfor %}</ol>{% endif %}
{% for heading, found, name in ((first, errors, "errors"), ("Kept, but please look at this", warnings, "warnings")) %}
{% if found %}<h2>{{ heading }}</h2><table class="found" id="{{ name }}">
<thead><tr><th>What is wrong</th><th>What to do</th><th class="n">Rows</th><th>At stake</th>
<th>For example</th></tr></thead>
{% for rule in found %}<tr><td data-name="What is wrong">{{ rule.message|words }}
<small class="rule">{{ rule.rule_id }}</small>{% if rule.needs_answer or answers[rule.rule_id] %}<br>
<small class="answer">{{ rule|answered(answers) }}</small>{% endif %}</td>
<td data-name="What to do">{{ rule.fix|words }}</td>
<td class="n" data-name="Rows">{{ rule.rows|number }}</td><td data-name="At stake">{{ rule|cost }}</td>
<td data-name="For example">
{% for each in rule.examples %}line {{ each.row }}{% if each.value %}:
“{{ each.value|truncate(40) }}”{% endif %}{% if not loop.last %}<br>{% endif %}{% endfor %}</td></tr>
{% endfor %}</table>{% endif %}{% endfor %}
{% if errors %}<p class="quiet">The rows that came back lie beside this page, in your own columns, with the reason
behind each: <a href="returned.csv">returned.csv</a>. The full list of what is wrong:
<a href="errors.csv">errors.csv</a>.</p>{% endif %}
{% if rows_unlisted is defined %}<p class="quiet" id="unlisted">The file is so long that {{ rows_unlisted|number }}
more rows with errors, repeats or warnings are counted above and not listed there.</p>{% endif %}
{% if warnings and form %}<p class="quiet" id="how-to-answer">If a row is right as it stands, say so:
<a href="warnings.csv">warnings.csv</a> beside this page lists each. Fill in “answer” (confirmed, or explained with a
text) and “by”, and put it beside your file as <strong>explanations.csv</strong>. Name no person in the text. An answer
stays while the row does.</p>{% endif %}
{% if mended %}<h2>What we put right for you</h2><ul id="repairs">
{% for says, count in mended %}<li>{{ says }} <span class="quiet">({{ count|number }})</span></li>{% endfor %}
</ul>{% endif %}
{% if lines %}<h2>Lines that are not rows</h2><ul>{% for says, where in lines %}<li>{{ says }}: line {{ where }}</li>
{% endfor %}</ul>{% endif %}
{% if unread_columns %}<h2>Columns we did not need</h2><p>{{ unread_columns|join(", ") }}</p>{% endif %}
{% if suggested_mapping %}<h2>For the person who keeps your column names</h2>
<p>These names come closest. If they are right, the state can note them, and your file will be read as it is.
<code>rung map</code> proposes such a note for the whole file.</p>
{% for text in suggested_mapping %}<pre>{{ text }}</pre>{% endfor %}{% endif %}
<p class="quiet"><small>{% if dry_run %}A check, not a submission.{% else %}Received {{ received_at[:10] }}.
Number of this submission: {{ submission_id }}.{% endif %}</small></p>
"""


def receipt_page(receipt: dict[str, Any], *, dry_run: bool = False, form: bool = True) -> str:
    """The page for one receipt, or for a check of what was not sent. `form`: warnings.csv lies beside it."""
    body = Markup(receipt_body(receipt, dry_run=dry_run, form=form))
    page: str = _template(_TEMPLATE).render(headline=_headline(receipt), body=body)
    return page


def _headline(receipt: dict[str, Any]) -> str:
    year, extract = receipt["school_year"], EXTRACTS[receipt["extract"]]
    return f"Your {extract} for {year - 1}-{year % 100:02d} · {receipt.get('district', receipt['lea_id'])}"


def receipt_body(receipt: dict[str, Any], *, dry_run: bool = False, form: bool = True) -> str:
    """What stands on that page, for a page that has a head of its own."""
    word, tone, meaning = (CHECKED if dry_run else STATES)[receipt["state"]]
    errors = [rule for rule in receipt["rules"] if rule["severity"] != "warn"]
    if dry_run:
        meaning = next_step(receipt)
    body: str = _template(_BODY).render(
        **{"answers": {}, **receipt},
        headline=_headline(receipt),
        dry_run=dry_run,
        form=form,
        word=word,
        tone=tone,
        meaning=meaning,
        errors=errors,
        warnings=[rule for rule in receipt["rules"] if rule["severity"] == "warn"],
        mended=[(REPAIRS[kind], count) for kind, count in receipt["repairs"].items()],
        first="What to fix first",
        counts=_counts(receipt, CHECK_COUNTED if dry_run else COUNTED),
        lift=_lift(receipt),
        lines=[(LINES[kind], _where(lines)) for kind, lines in receipt["lines_set_aside"].items()],
    )
    return body


def next_step(receipt: dict[str, Any]) -> str:
    """After a dry run: that nothing was sent, and what to do."""
    some_back = receipt["state"] == "accepted" and any(rule["severity"] != "warn" for rule in receipt["rules"])
    return SOME_BACK if some_back else CHECKED[receipt["state"]][2]


def _counts(receipt: dict[str, Any], named: dict[str, str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Rows, and where the extract has them dollars, by what became of them: id of the table, names and amounts.

    Nothing of a file that could not be read so far.
    """
    if not receipt["rows_read"]:
        return []
    tables: list[tuple[str, str, str, Callable[[int], str]]] = [("counts", "Rows", "rows", _number)]
    if receipt["cents_read"] is not None:
        tables.append(("dollars", "Dollars", "cents", _dollars))
    return [
        (id_, [(name.format(what), shown(receipt[f"{unit}_{kind}"])) for kind, name in named.items()])
        for id_, what, unit, shown in tables
    ]


def _lift(receipt: dict[str, Any]) -> list[dict[str, Any]]:
    """The rules to mend first, in their order, where a file is on hold for the share of rows that came back."""
    by_rule = {rule["rule_id"]: rule for rule in receipt["rules"]}
    return [by_rule[rule_id] for rule_id in (receipt.get("mends") or {}).get("rules", ()) if rule_id in by_rule]


def depends_on(rule: dict[str, Any]) -> str:
    """People and dollars on the rows of a rule; a receipt from before they were counted has none."""
    if rule.get("people") is None:
        return "not counted"
    people = {0: "nobody who is named", 1: "1 person"}.get(rule["people"], f"{rule['people']:,} people")
    if rule.get("cents") is None:
        return people
    lacking = rule["rows_without_amount"]
    if lacking == rule["rows"]:
        return f"{people}; no amount can be read"
    unread = f"; {lacking:,} more row{'' if lacking == 1 else 's'} without a readable amount" if lacking else ""
    return f"{people}, {_dollars(rule['cents'])}{unread}"


def _number(value: int) -> str:
    return f"{value:,}"


def _dollars(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}${abs(cents) / 100:,.2f}"


@lru_cache
def _template(source: str) -> Any:
    from jinja2 import Environment  # a run that finds nothing new writes no page

    environment = Environment(autoescape=True, trim_blocks=True)
    environment.filters["words"] = _marked_up
    environment.filters["answered"] = _answered
    environment.filters["number"] = _number
    environment.filters["cost"] = depends_on
    return environment.from_string(source)


def _answered(rule: dict[str, Any], answers: dict[str, dict[str, int]]) -> str:
    """How far a warning's rows have been answered."""
    counts = answers.get(rule["rule_id"], {"confirmed": 0, "explained": 0, "open": rule["rows"]})
    line = f"You confirmed {counts['confirmed']:,} and explained {counts['explained']:,}; {counts['open']:,} open."
    needed = " Each needs your answer before the year can be certified." if rule["needs_answer"] else ""
    return line + (needed if counts["open"] else "")


def _marked_up(text: str) -> Markup:
    """Text with `column_names` shown as words."""
    shown = re.sub(r"`([^`]*)`", lambda m: f"\x02{m.group(1).replace('_', ' ')}\x03", text)
    return Markup(str(escape(shown)).replace("\x02", "<em>").replace("\x03", "</em>"))


def _where(lines: list[int]) -> str:
    shown = ", ".join(str(line) for line in lines[:20])
    return shown + (f" and {len(lines) - 20:,} more" if len(lines) > 20 else "")
