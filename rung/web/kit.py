"""`rung kit LEA`: one folder to give to a district: check page, templates, its mapping, and how to use them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import tarfile
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from rung.core.errors import RungError
from rung.intake.receipt_page import EXTRACTS
from rung.lake.place import Place
from rung.lake.places import LocalPlace
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace
from rung.web.assets import PYDANTIC_CORE, PYODIDE, read_asset
from rung.web.bundle import engine
from rung.web.district import kit_data, suites
from rung.web.workbook_templates import template

PAGE = Path(__file__).parent / "page"
POLICY = (
    "default-src 'none'; script-src {scripts} blob: 'wasm-unsafe-eval'; worker-src blob:;"
    " style-src {styles}; base-uri 'none'; form-action 'none'"
)


def write_kit(work: Workspace, lea_id: str, out: Path) -> list[Path]:
    """Write the folder of a district; returns its files. Raises RungError for one that the state does not have."""
    reference = load_reference(work.reference)
    data = kit_data(lea_id, reference, work.settings)
    files = {"index.html": page(data, suites(work.settings)).encode()}
    files |= {f"{name}.xlsx": template(name, data["tables"]) for name in EXTRACTS}
    mapping = _mapping(work.reference, lea_id)
    if mapping is not None:
        files["mapping.yaml"] = mapping
    files["README.txt"] = _readme(data, has_mapping=mapping is not None).encode()
    place = LocalPlace(out, mode=0o600)
    for name, content in files.items():
        place.write(name, content)
    return [out / name for name in files]


def _mapping(reference: Place, lea_id: str) -> bytes | None:
    """The district's mapping as the state wrote it."""
    keys = (f"mappings/{lea_id}{ending}" for ending in (".yaml", ".yml"))
    return next((reference.read(key) for key in keys if reference.tag(key) is not None), None)


def _readme(kit: dict[str, Any], *, has_mapping: bool) -> str:
    text = Environment(trim_blocks=True).from_string((PAGE / "README.txt").read_text(encoding="utf-8"))
    names = {f"{name}.xlsx": f"Template of the {says}, with words to choose from." for name, says in EXTRACTS.items()}
    readme: str = text.render(
        district=kit["district"],
        state=kit["state"],
        made=date.today().isoformat(),
        templates=list(names),
        says=names,
        mapping=has_mapping,
        crosswalk=kit["crosswalk"] is not None,
    )
    return readme


def page(kit: dict[str, Any], rules: dict[str, str]) -> str:
    """The check page: one file, with everything that it runs inside."""
    installed = version("pydantic_core")
    if f"pydantic_core-{installed}-" not in PYDANTIC_CORE.file:
        raise RungError(
            f"kits are made with {PYDANTIC_CORE.file}, installed is {installed}; install Rung from its lock"
        )
    style, script = ((PAGE / name).read_text(encoding="utf-8") for name in ("style.css", "page.js"))
    parts = _pyodide()
    data = {
        "wasm": parts["pyodide.asm.wasm"],
        "stdlib": parts["python_stdlib.zip"],
        "glue": parts["pyodide.asm.mjs"],
        "loader": parts["pyodide.js"],
        "lock": json.dumps({"info": json.loads(parts["pyodide-lock.json"])["info"], "packages": {}}).encode(),
        "worker": (PAGE / "worker.js").read_bytes(),
        "engine": engine(kit, rules),
    }
    packed = {name: gzip.compress(each, 9, mtime=0) for name, each in data.items()}
    packed["core"] = read_asset(PYDANTIC_CORE)
    html = Environment(autoescape=True, trim_blocks=True).from_string((PAGE / "index.html").read_text(encoding="utf-8"))
    text: str = html.render(
        policy=POLICY.format(scripts=_hashed(script), styles=_hashed(style)),
        style=Markup(style),
        script=Markup(script),
        data=[(name, Markup(base64.b64encode(each).decode())) for name, each in packed.items()],
        district=kit["district"],
        state=kit["state"],
        years=kit["years"],
        extracts=list(EXTRACTS.items()),
        made=date.today().isoformat(),
    )
    return text


def _hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _pyodide() -> dict[str, bytes]:
    """The files of Pyodide that a page needs, by name."""
    found = {}
    with tarfile.open(fileobj=io.BytesIO(read_asset(PYODIDE))) as archive:
        for member in archive.getmembers():
            name = member.name.removeprefix("package/")
            held = archive.extractfile(member)
            if held is not None and name in (
                "pyodide.asm.wasm",
                "python_stdlib.zip",
                "pyodide.asm.mjs",
                "pyodide.js",
                "pyodide-lock.json",
            ):
                found[name] = held.read()
    return found
