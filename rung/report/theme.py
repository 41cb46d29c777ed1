"""The colours of everything people look at. The style sheet is assets/report.css.

Colours come from the Okabe-Ito set (told apart by colour-blind readers) and differ in lightness too, for print in grey.
Text on background is at least 7:1, marks on background at least 3:1 or outlined in ink.
"""

from __future__ import annotations

INK = "#1b1f24"
QUIET = "#4b5563"
LINE = "#d0d5db"
PAPER = "#ffffff"
BLUE = "#0b5394"
SKY = "#56b4e9"
ORANGE = "#d55e00"
GOLD = "#e69f00"
GREEN = "#007a5a"
PURPLE = "#8a4a85"
GREY = "#8a929c"
HIDDEN = "#eceff1"  # no other mark has it: the page hatches it

# Money that comes back each year is blue, money that ends is orange; darker first.
STREAMS = {
    "local_general": "#08306b",
    "state_formula": "#2171b5",
    "title_i": "#4f9bd0",
    "title_ii_a": "#8dbfe2",
    "other_federal_formula": "#c6dbef",
    "state_grant": "#9e86bd",
    "competitive_federal": "#a63603",
    "philanthropic": "#e6702e",
    "time_limited_levy": "#fdbe85",
    "unknown": GREY,
    "unstated": "#5b6168",
    "hidden": HIDDEN,
}
OUTCOMES = {
    "stay_school": "#0b5394",
    "move_school": "#56b4e9",
    "move_lea": "#b9ddf5",
    "leave_teaching": "#f0a04b",
    "left_state_schools": "#b34700",
    "outcome_unknown": "#c9ced4",
    "hidden": HIDDEN,
}
SUMS = (PURPLE, "#c9a0c5", "#4f2a4c")  # outcomes that are shown together only
GRADES = {"A": "#0b5394", "B": "#56b4e9", "C": "#fdbe85", "D": "#e6702e", "F": "#8c2d04", "not known": "#c9ced4"}
BANDS = {
    "5": "#08306b",
    "4": "#2171b5",
    "3": "#6baed6",
    "2": "#fdae6b",
    "1": "#a63603",
    "not rated": "#c9ced4",
}
