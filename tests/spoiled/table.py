"""The table of file ailments for `docs/`: run `python -m tests.spoiled.table` to write it anew."""

from __future__ import annotations

from pathlib import Path

from contracts.file_rules import FILE_RULES, REPAIRS, ROW_RULES
from tests.spoiled.ailment import Ailment
from tests.spoiled.odd_values import Odd


def page(ailments: list[Ailment], odd: list[Odd]) -> str:
    return markdown(ailments) + "\n" + _odd(odd)


def _odd(odd: list[Odd]) -> str:
    lines = [
        "## Odd cells, shapes and packages",
        "",
        "Each is sent by a district of its own into one run of the command (`tests/spoiled/odd_values.py`,",
        "`odd_files.py`). Of 25 pay lines, or 8 rows of a roster:",
        "",
        "| file | what is wrong with it | state | accepted | sent back | dollars | rule |",
        "|---|---|---|--:|--:|--:|---|",
    ]
    for each in odd:
        dollars = "" if each.cents is None else f"{each.cents / 100:,.2f}"
        cells = (f"`{each.name}`", each.says, each.state, *map(str, each.rows), dollars, each.rule or "")
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join([*lines, ""])


def markdown(ailments: list[Ailment]) -> str:
    lines = [
        "# File ailments",
        "",
        "Each is a file made by `tests/spoiled/`; a test reads it and checks what stands here.",
        "Written by `python -m tests.spoiled.table`.",
        "",
        "| file | what is wrong with it | what becomes of it |",
        "|---|---|---|",
    ]
    return "\n".join([*lines, *(_line(ailment) for ailment in ailments), ""])


def _line(ailment: Ailment) -> str:
    if ailment.rule is not None:
        rule = FILE_RULES[ailment.rule]
        fate = f"refused, {ailment.rule}: {rule.message.format('…')} {rule.fix}"
    elif ailment.broken:
        fate = "read; " + "; ".join(
            f"the row on line {line} goes to quarantine, {rule}: {ROW_RULES[rule].message}"
            for line, rule in ailment.broken.items()
        )
    elif ailment.repairs:
        fate = "read; counted: " + "; ".join(REPAIRS[kind].lower() for kind in ailment.repairs)
    else:
        fate = "read"
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in (f"`{ailment.name}`", ailment.says, fate)) + " |"


if __name__ == "__main__":
    from tests.spoiled.corpus import SPOILED
    from tests.spoiled.odd_files import ODD

    docs = Path(__file__).parents[2] / "docs" / "file-ailments.md"
    docs.write_text(page(SPOILED, ODD), encoding="utf-8")
