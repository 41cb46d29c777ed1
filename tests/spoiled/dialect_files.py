"""Spoiled files in every dialect: separators, quotation marks, line ends and letters crossed; rows out of shape."""

from __future__ import annotations

from tests.spoiled.ailment import ROSTER, Ailment, text_of
from tests.spoiled.text_files import LINES, TEXT, one

COUNTED = {",": {}, "\t": {"delimiter_tab": 1}, "|": {"delimiter_pipe": 1}, ";": {"delimiter_semicolon": 1}}
COUNTED |= {sign: {"delimiter_other": 1} for sign in "^~\x1f\x01"}
SIGNS = {
    ",": "commas",
    "\t": "tabs",
    "|": "pipes",
    ";": "semicolons",
    "^": "carets",
    "~": "tildes",
    "\x1f": "unit signs",
    "\x01": "control signs",
}
ENDS = {"\n": "line feeds", "\r\n": "Windows line ends", "\r": "carriage returns"}


def written(rows: list[list[str]], sign: str, end: str, how: str) -> str:
    """Rows with cells wrapped: `needed` (where a sign inside needs it), `all`, `words`, `single`, `spaced`."""
    mark = "'" if how == "single" else '"'

    def cell(value: str) -> str:
        wrap = how in ("all", "single") or (how == "words" and not value.replace(".", "").isdigit())
        if wrap or any(letter in value for letter in (sign, mark, "\n", "\r", *([","] if how == "spaced" else []))):
            return mark + value.replace(mark, mark * 2) + mark
        return value

    glue = sign + " " if how == "spaced" else sign
    return "".join(glue.join(cell(value) for value in row) + end for row in rows)


def crossed() -> list[Ailment]:
    """Every separator with every line end and every way of wrapping."""
    found = []
    for sign, sign_name in SIGNS.items():
        for end, end_name in ENDS.items():
            for how in ("needed", "all", "words", "single"):
                counted = COUNTED[sign] | ({"single_quotes": 1} if how == "single" else {})
                found.append(
                    one(
                        f"{sign_name}_{end_name}_{how}".replace(" ", "_").lower(),
                        f"{sign_name.capitalize()}, {end_name}, cells wrapped: {how}",
                        written(ROSTER, sign, end, how),
                        extract="roster",
                        file="roster.txt",
                        repairs=counted | ({"bare_carriage_returns": 1} if end == "\r" else {}),
                    )
                )
    return found


NEXT = "00104,2026-01-31,BASE,100,1,1,S01\n"
QUOTES = [
    one(
        "blank_before_quote",
        'Blanks between separators and quotation marks (`, "`)',
        written(ROSTER, ",", "\n", "spaced"),
        extract="roster",
        repairs={"blanks_before_quotes": 1},
    ),
    one(
        "semicolon_blank_quote",
        'Semicolons and blanks before quotation marks (`; "`)',
        written(ROSTER, ";", "\n", "spaced"),
        extract="roster",
        repairs={"blanks_before_quotes": 1, "delimiter_semicolon": 1},
    ),
    one(
        "apostrophes",
        "Names that begin with an apostrophe are no quotation marks",
        text_of(ROSTER),
        extract="roster",
    ),
    one(
        "quote_glues_same_column",
        "An extra quotation mark that closes in the next row's same column",
        TEXT + '00104,2026-01-31,"BASE,100,1,1,S01\n00105,2026-01-31,STIP",100,1,1,S01\n',
        broken={5: "ROW-002", 6: "ROW-002"},
    ),
    one(
        "quote_glues_other_column",
        "An extra quotation mark that closes in another column of the next row",
        TEXT + '00104,2026-01-31,"BASE,100,1,1,S01\n00105,2026-01-31,STIP,100",1,1,S01\n',
        broken={5: "ROW-002", 6: "ROW-002"},
    ),
    one(
        "quote_spares_the_next",
        "An extra quotation mark whose record breaks at the next quoted cell",
        TEXT.replace("00101,2026-01-31,BASE", '00104,2026-01-31,"BASE,100,1,1,S01\n00101,2026-01-31,"BASE"'),
        broken={2: "ROW-002"},
    ),
    one(
        "quote_swallows_many",
        "An extra quotation mark that closes many rows later",
        LINES[0] + '00104,2026-01-31,"BASE,100,1,1,S01\n' + "".join(LINES[1:3]) + LINES[3].replace("BASE", '"BASE"'),
        broken={2: "ROW-002"},
    ),
]
WIDE = LINES[0].rstrip("\n") + ",note\n"


def noted(*notes: str) -> str:
    """The payroll with a column `note` at its end; a note of None leaves the cell out."""
    return WIDE + "".join(line.rstrip("\n") + note + "\n" for line, note in zip(LINES[1:], notes, strict=True))


ROW_SHAPES = [
    one(
        "line_break_in_cell",
        "A line break inside a cell of words",
        noted(',"Room 4,\nnorth wing, left"', ",", ',"a\nb"'),
    ),
    one(
        "escaped_quotes",
        "Quotation marks escaped by a backslash",
        noted(r',"the \"big\", one"', r',"a \"b\""', ","),
        repairs={"escaped_quotes": 1},
    ),
    one("doubled_quotes", "Quotation marks doubled inside cells", noted(',"the ""big"", one"', ',"a ""b"""', ",")),
    one("inches", "A quotation mark inside a bare cell", noted(',5" pipe', ",", ",x")),
    one(
        "shifted_amount_empty_end",
        "An unquoted 1,234.56 in a row whose last cell is empty",
        noted(",", ",", ",") + "00104,2026-01-31,BASE,100,1,234.56,,S01,\n",
        broken={5: "ROW-001"},
    ),
    one(
        "shifted_no_last",
        "An unquoted 1,234.56, and the row ends in an empty cell",
        TEXT + "00104,2026-01-31,BASE,100,1,234.56,,\n",
        broken={5: "ROW-001"},
    ),
    one(
        "shifted_beyond_by_empty",
        "A surplus cell that is empty in one row only",
        TEXT + "00104,2026-01-31,BASE,100,1,1,S01,\n",
        broken={5: "ROW-001"},
    ),
    one(
        "surplus_in_every_row",
        "One empty cell too many in every row",
        LINES[0] + "".join(line.rstrip("\n") + ",\n" for line in LINES[1:]),
        repairs={"trailing_empty_cells": 3},
    ),
    one(
        "surplus_with_names",
        "One empty cell too many in every line, one row lacks it",
        "".join(line.rstrip("\n") + ",\n" for line in LINES) + "00104,2026-01-31,BASE,100,1,234.56,1,S01,\n",
        broken={5: "ROW-001"},
    ),
    one(
        "short_of_empty_cells",
        "Rows that end before their last cells, as spreadsheets write them",
        noted("", ",x", ",y"),
        repairs={"short_rows": 1},
    ),
    one(
        "short_of_a_column_always_empty",
        "Rows that lack a column that is empty everywhere",
        noted("", ",", ","),
        repairs={"short_rows": 1},
    ),
    one(
        "short_of_required",
        "A row that lacks required cells",
        noted(",x", ",", ",y") + "00104,2026-01-31,BASE\n",
        broken={5: "ROW-001"},
    ),
    one(
        "lost_separator",
        "A separator lost inside a row",
        noted(",x", ",", ",y") + "00104,2026-01-31,BASE100,1.00,1,S01\n",
        broken={5: "ROW-001"},
    ),
    one(
        "lost_separator_at_end",
        "A separator lost in front of an empty end",
        noted(",", ",", ",") + "00104,2026-01-31,BASE,1001.00,1,S01,\n",
        broken={5: "ROW-001"},
    ),
]
for_every_row = [
    one(
        f"long_by_{more}",
        f"A row with {more} cells too many",
        TEXT + NEXT.rstrip("\n") + ",x" * more + "\n",
        broken={5: "ROW-001"},
    )
    for more in (1, 2, 5, 20)
]
for_every_row += [
    one(
        f"short_by_{less}",
        f"A row with {less} cells too few, required ones among them",
        TEXT + ",".join(NEXT.rstrip("\n").split(",")[: 7 - less]) + "\n",
        broken={5: "ROW-001"},
    )
    for less in (3, 4, 5)
]
SPOILED = [*crossed(), *QUOTES, *ROW_SHAPES, *for_every_row]
