"""`docs/reference.md`: every reference table, extract column, vocabulary and `rung.toml` key, from the contracts.

`python -m rung.setup.reference_page > docs/reference.md`
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator

import dataframely as dy
from pydantic import BaseModel, SecretStr

from contracts.extracts import EXTRACTS
from contracts.policy.parameters import MetricParameters
from contracts.reference import REFERENCES
from rung.core.markdown import markdown_table
from rung.core.settings import Settings
from rung.setup.column_text import example_of, need_text, type_text, values_text

HEAD = """# Reference

Made from the contracts by `python -m rung.setup.reference_page > docs/reference.md`; do not edit. Codes are text:
leading zeros are data. A list in one cell is parted by `;`, true and false are written so, a day is YYYY-MM-DD.
"""
COLUMNS = ("column", "need", "type", "meaning", "values or bounds", "example")
KEYS = ("key", "meaning", "type", "default")

SECRETS = (SecretStr, SecretStr | None, dict[str, SecretStr])  # from the environment only


def reference_page() -> str:
    """The page: extracts, reference tables, `rung.toml`."""
    parts = [
        HEAD,
        "## Extracts\n\nWhat a district sends; also under the standards' names, or its own with a mapping.\n",
    ]
    parts += [_table_of(name, extract.sent, "") for name, extract in EXTRACTS.items()]
    parts.append("## Reference tables\n\nWhat the state keeps, as CSV or Parquet in the reference folder.\n")
    for name, reference in REFERENCES.items():
        parts.append(_table_of(name, reference.schema, "Every state needs it." if reference.needed else "Optional."))
    parts.append("## rung.toml\n\nUnknown keys are refused. `RUNG_SECTION__KEY` in the environment overrides a key.\n")
    parts += [_section(name, model) for name, model in _models(Settings, "")]
    parts.append("Secrets come from the environment only: `RUNG_EDUCATOR_KEY`, 16 characters or more.\n")
    parts.append("`[programs.<program_id>]` sets what a pack leaves open: `rung programs ID` lists it.\n")
    parts.append(_section("metrics", MetricParameters))
    parts += [_section(name, model) for name, model in _models(MetricParameters, "metrics.")]
    return "\n".join(parts)


def _table_of(name: str, schema: type[dy.Schema], need: str) -> str:
    rows = []
    for column, spec in schema.columns().items():
        cells = (
            need_text(spec),
            type_text(spec),
            spec.description or "",
            values_text(spec),
            example_of(column, spec),
        )
        rows.append((f"`{column}`", *cells))
    return f"### {name}\n\n{_first_words(schema)} {need}".rstrip() + "\n\n" + markdown_table(COLUMNS, rows)


def _models(model: type[BaseModel], before: str) -> Iterator[tuple[str, type[BaseModel]]]:
    """The sections of a settings model, each with its dotted name, depth first."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield f"{before}{name}", field.annotation
            yield from _models(field.annotation, f"{before}{name}.")


def _section(name: str, model: type[BaseModel]) -> str:
    rows, meanings = [], _meanings(model)
    for key, field in model.model_fields.items():
        kind = field.annotation
        if kind in SECRETS or (isinstance(kind, type) and issubclass(kind, BaseModel)):
            continue
        needed = field.is_required()
        shown = "needed" if needed else _shown(key, field.get_default(call_default_factory=True, validated_data={}))
        cells = inspect.formatannotation(kind).replace("typing.", "").replace("collections.abc.", "")
        rows.append((f"`{key}`", meanings.get(key, ""), cells.replace("contracts.policy.parameters.", ""), shown))
    return f"### [{name}]\n\n{_first_words(model)}\n\n" + markdown_table(KEYS, rows)


def _shown(key: str, default: object) -> str:
    if key == "readers":
        return "one a processor, at most 4"
    return "none" if default is None or default in ({}, ()) else str(default)


def _first_words(about: type) -> str:
    return " ".join((inspect.getdoc(about) or "").split())


def _meanings(model: type[BaseModel]) -> dict[str, str]:
    """What stands above each number in the code, by key."""
    found: dict[str, str] = {}
    cells: list[str] = []
    for line in inspect.getsource(model).splitlines():
        text = line.strip()
        if text.startswith("#"):
            cells.append(text.lstrip("# "))
        else:
            found[text.split(":")[0]] = " ".join(cells)
            cells = []
    return found


if __name__ == "__main__":
    sys.stdout.write(reference_page())
