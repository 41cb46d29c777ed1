"""The table of file ailments for `docs/`: run `python -m tests.spoiled.table` to write it anew."""

from __future__ import annotations

from pathlib import Path

from contracts.file_rules import FILE_RULES, REPAIRS, ROW_RULES
from tests.spoiled.ailment import Ailment


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

    docs = Path(__file__).parents[2] / "docs" / "file-ailments.md"
    docs.write_text(markdown(SPOILED), encoding="utf-8")
