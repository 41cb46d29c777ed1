"""Texts that Rung writes to people, as files: the shipped ones, each replaced by a state's file of the same name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rung.core.errors import RungError
from rung.core.settings import Settings

SHIPPED = Path(__file__).parent.parent / "templates"


def render(settings: Settings, name: str, **values: Any) -> str:
    """A text with its values. Raises RungError naming the template that does not read or asks for what is not there."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError  # only what writes pays for it

    own = settings.overlay.templates
    folders = [settings.root / own, SHIPPED] if own is not None else [SHIPPED]
    environment = Environment(
        loader=FileSystemLoader(folders), undefined=StrictUndefined, autoescape=name.endswith(".html")
    )
    try:
        return environment.get_template(name).render(**values).strip()
    except TemplateError as error:
        raise RungError(f"template {name}: {error}; mend it in the folder of `overlay.templates`") from None
