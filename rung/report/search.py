"""The index that the report's search box looks in: pages, charts and terms, as a script that needs no server."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from rung.report.page import Page

COLUMN = "column of"


def search_script(pages: Sequence[Page], package: Mapping[str, Any]) -> bytes:
    """`RUNG_SEARCH`: rows of title, kind, address from the report's root. The same pages give the same bytes."""
    rows = [*_of_pages(pages), *_of_columns(package)]
    data = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return f"window.RUNG_SEARCH={data};\n".encode()


def _of_pages(pages: Iterable[Page]) -> list[tuple[str, str, str]]:
    rows = []
    for page in pages:
        rows.append((page.title, page.kind, quote(page.path)))
        if page.kind in ("state", "rules"):
            rows += [(f.title, "chart", f"{page.path}#{f.key}") for section in page.sections for f in section.figures]
    return rows


def _of_columns(package: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return sorted(
        {
            (field["name"], f"{COLUMN} {resource['name']}", f"dictionary.html#{resource['name']}")
            for resource in package["resources"]
            for field in resource["schema"]["fields"]
        }
    )
