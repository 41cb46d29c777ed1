"""Files with rows that add up others, by label, place and shape."""

from __future__ import annotations

from tests.spoiled.ailment import ROSTER, Ailment, text_of
from tests.spoiled.text_files import LINES, TEXT, one

LABELS = (
    "TOTAL",
    "Grand Total",
    "Sub-total:",
    "Sum",
    "Statewide",
    "County",
    "District",
    "ALL",
    "All employees",
    "State",
)
ONE_TOTAL = {"totals_lines": 1}
IN_PERSON = [
    one(
        f"full_total_{label.lower().strip(':').replace(' ', '_').replace('-', '_')}",
        f"A totals row `{label}` with every cell filled",
        TEXT + f"{label},2026-02-28,ALL,ALL,13277.94,12.5,ALL\n",
        repairs=ONE_TOTAL,
    )
    for label in LABELS
]
PLACES = [
    one(
        "total_in_code",
        "A totals row whose label is the pay code",
        TEXT + "00103,2026-02-28,TOTAL,210,13277.94,12.5,S02\n",
        repairs=ONE_TOTAL,
    ),
    one(
        "total_in_school",
        "A totals row without a person, the label under school",
        TEXT + ",2026-02-28,X,210,13277.94,12.5,County\n",
        repairs=ONE_TOTAL,
    ),
    one(
        "subtotal_and_total_full",
        "A full subtotal and a full total",
        "".join([*LINES[:3], "Subtotal,2026-01-31,ALL,100,3277.94,2.5,S01\n", LINES[3]])
        + "Total,2026-02-28,ALL,ALL,13277.94,12.5,ALL\n",
        repairs={"totals_lines": 2},
    ),
    one(
        "total_in_money",
        "A full totals row with money as $13,277.94",
        TEXT + 'Total,2026-02-28,ALL,ALL,"$13,277.94",12.5,ALL\n',
        repairs=ONE_TOTAL,
    ),
    one(
        "total_without_label",
        "A totals row of nothing but numbers, as spreadsheets add it below",
        TEXT + ",,,,13277.94,12.5,\n",
        repairs=ONE_TOTAL,
    ),
    one(
        "total_that_is_none",
        "A row that says total and is no sum",
        TEXT + "Total,2026-02-28,ALL,ALL,99.99,1,ALL\n",
        broken={5: "ROW-007"},
    ),
    one(
        "roster_total",
        "A totals row of a roster, filled",
        text_of(ROSTER) + "Total,ALL,2026-01-13,teacher,All,2.5,All,All,\n",
        extract="roster",
        repairs=ONE_TOTAL,
    ),
]
SPOILED: list[Ailment] = [*IN_PERSON, *PLACES]
