"""The files of a new state's folder: `rung.toml`, commented reference tables, an example mapping, the overlay."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contracts.extracts import EXTRACTS
from contracts.reference import REFERENCES
from contracts.vocabulary import EXPECTED_EXTRACTS
from rung.setup.column_text import need_text, type_text, values_text

WIDTH = 118


@dataclass(frozen=True)
class NewState:
    """What `rung init` is told. `years` are school years by the year in which they end."""

    name: str
    code: str
    leas: tuple[str, ...]
    years: tuple[int, ...]
    programs: tuple[str, ...]


def files_of(state: NewState) -> dict[str, str]:
    """Every file of the folder by its path."""
    files = {"rung.toml": _configuration(state), "KEY.md": KEY, "disclosure.yaml": POLICY}
    files |= {f"reference/{name}.csv": _table(name, state) for name in REFERENCES}
    files[f"reference/mappings/{state.leas[0]}.yaml.example"] = _mapping(state)
    files |= {"programs/districts.yaml": DISTRICTS, "expectations/README.md": SUITES}
    return files


def folders_of(state: NewState) -> Iterator[str]:
    """The landing folders that are expected to fill."""
    for lea_id in state.leas:
        for year in state.years:
            yield from (f"landing/{lea_id}/{year}/{extract}" for extract in EXPECTED_EXTRACTS)


def _table(name: str, state: NewState) -> str:
    """A reference table: comments, the header, and the rows that are known already."""
    schema = REFERENCES[name].schema
    about = " ".join((schema.__doc__ or "").split())
    head = [f"{name}: {'needed' if REFERENCES[name].needed else 'optional'}. {about}"]
    for column, spec in schema.columns().items():
        comment = f"{column} ({need_text(spec)}; {type_text(spec)}): {spec.description or ''}"
        values = values_text(spec)
        head.append(f"  {comment}{f' [{values}]' if values else ''}")
    comments = [f"# {line}" for text in head for line in textwrap.wrap(text, WIDTH, subsequent_indent="    ")]
    return "\n".join([*comments, ",".join(schema.columns()), *_known_rows(name, state)]) + "\n"


def _known_rows(name: str, state: NewState) -> Sequence[str]:
    columns = list(REFERENCES[name].schema.columns())
    rows: list[dict[str, str]] = []
    if name == "districts":
        rows = [{"lea_id": lea_id} for lea_id in state.leas]
    if name == "program_adoption":
        first = str(state.years[0])
        rows = [{"lea_id": lea, "program_id": p, "from_year": first} for lea in state.leas for p in state.programs]
    return [",".join(row.get(column, "") for column in columns) for row in rows]


def _configuration(state: NewState) -> str:
    return f"""# What each key means: docs/reference.md. RUNG_SECTION__KEY in the environment overrides [section] key.
[state]
name = {_quoted(state.name)}
code = {_quoted(state.code)}

[storage]                        # each a path from here, or s3://bucket/prefix
landing   = ["landing"]          # districts drop <lea_id>/<school_year>/<extract>/<any name>; one place or many
reference = "reference"
lake      = "lake"
receipts  = "receipts"
releases  = "releases"
ledger    = "sqlite:///rung.db"  # or postgresql+psycopg://user@host/database

[overlay]                        # this state's own, laid over what Rung ships; nothing of the package is edited
programs     = "programs"
expectations = "expectations"
disclosure   = "disclosure.yaml"
"""


def _mapping(state: NewState) -> str:
    optional = "".join(
        f"      # {name}: Your Column\n" for name, spec in EXTRACTS["payroll"].sent.columns().items() if spec.nullable
    )
    needed = "".join(f"      {name}: Your {name.replace('_', ' ').title()}\n" for name in EXTRACTS["payroll"].required)
    lea_id = state.leas[0]
    return f"""# How the columns of {lea_id} become Rung's: on the left Rung's, on the right the district's. Rename this
# file to {lea_id}.yaml to use it. A file with the names of Rung, Ed-Fi, CEDS or OneRoster needs no mapping.
layouts:
  - extract: payroll
    from_year: {state.years[0]}
    columns:
{needed}{optional}    ignored: []
"""


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


KEY = """# The key of educator_key

Released marts name people by `educator_key`, made from `staff_id` with a secret of at least 16 characters. Make one,
keep it where you keep secrets (with another key years no longer join), and give it to Rung in the environment only:

    python -c 'import secrets; print(secrets.token_urlsafe(32))'
    export RUNG_EDUCATOR_KEY=…

It never stands in `rung.toml` or in this folder.
"""
POLICY = """# Laid over the disclosure policy that Rung ships (programs/disclosure.yaml), key by key. For example:
# minimum_persons: 12
"""
DISTRICTS = """# Packs of this state go into this folder as <program_id>.yaml: new, or in the place of a shipped one.
# Below, districts that set knobs which a pack marks loose (`rung programs --loose` lists them). For example:
# dc_lift:
#   "0100": {gap: bridge}
"""
SUITES = """# Rules of this state

One file `<table>.json` a table, in the shape of a suite. A rule with a new id is added; one with a shipped id takes its
place; `meta.off` switches one off and says why. Rules that the computation needs may be reworded, not taken away.

    {"name": "payroll", "expectations": [], "meta": {"off": {"PAY-032": "Our districts do not keep hours."}}}

`docs/rules.md` lists the shipped rules; `rung doctor` says whether these stand.
"""
