"""Texts that Rung writes to people, as files: the shipped ones, each replaced by a state's file of the same name."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from rung.core.errors import RungError
from rung.core.settings import Settings

SHIPPED = Path(__file__).parent.parent / "templates"


def render(settings: Settings, name: str, **values: Any) -> str:
    """A text with its values. Raises RungError naming the template that does not read or asks for what is not there."""
    from jinja2 import TemplateError  # only what writes pays for it

    own = settings.overlay.templates
    folders = (settings.root / own, SHIPPED) if own is not None else (SHIPPED,)
    try:
        text: str = _environment(folders, name.endswith(".html")).get_template(name).render(**values)
    except TemplateError as error:
        raise RungError(f"template {name}: {error}; mend it in the folder of `overlay.templates`") from None
    return text.strip()


@lru_cache
def _environment(folders: tuple[Path, ...], autoescape: bool) -> Any:
    """Kept, as it keeps the templates that it has read while their files stay as they are."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(loader=FileSystemLoader(folders), undefined=StrictUndefined, autoescape=autoescape)
