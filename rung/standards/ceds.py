"""The map from Rung's columns and values to the Common Education Data Standards, from `ceds.yaml`."""

from __future__ import annotations

from typing import Any

import yaml

from rung.standards.data import data_file

DATA = "ceds.yaml"


def ceds_map() -> dict[str, Any]:
    """Standard, version, elements by column, option sets by class, and what CEDS does not tell apart."""
    read: dict[str, Any] = yaml.safe_load(data_file(DATA))
    return read


def ceds_rows() -> list[tuple[str, str, str, str, str, str]]:
    """One row per element, or per option of an element that has a set: what a spreadsheet of the map holds."""
    read = ceds_map()
    rows = []
    for element in read["elements"]:
        options = read["option_sets"].get(element.get("options"), {})
        entry = (element["column"], element["id"], element["label"], read["version"])
        rows += [(*entry, code["code"], value) for value, codes in options.items() for code in codes]
        if not options:
            rows.append((*entry, "", ""))
    return rows


COLUMNS = ("column", "ceds_id", "ceds_element", "ceds_version", "ceds_option", "value")
