"""Reading the reviewed files, strictly."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from flows.deploy.models import AutomationFile, PrefectFile
from rung.core.errors import RungError
from rung.core.project import PROJECT
from rung.lake.places import LocalPlace

AUTOMATIONS = PROJECT / "flows" / "automations"
Model = TypeVar("Model", bound=BaseModel)


def read_prefect_file(path: Path = PROJECT / "prefect.yaml") -> PrefectFile:
    """`prefect.yaml`, checked. Raises RungError, one line, naming the key that does not belong."""
    return _read(path, PrefectFile)


def read_automations(folder: Path = AUTOMATIONS) -> list[AutomationFile]:
    """Every automation file, in order of name. Raises RungError for a wrong key or a name used twice."""
    found = [_read(path, AutomationFile) for path in sorted(folder.glob("*.yaml"))]
    names = [each.name for each in found]
    if len(set(names)) < len(names):
        raise RungError(f"{folder.name}: two automations have one name; each deploy would overwrite the other")
    return found


def _read(path: Path, model: type[Model]) -> Model:
    try:
        return model.model_validate(yaml.safe_load(LocalPlace(path.parent).read(path.name)))
    except ValidationError as error:
        reasons = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise RungError(f"{path.name}: {reasons}") from None
    except yaml.YAMLError as error:
        raise RungError(f"{path.name}: not YAML: {str(error).splitlines()[0]}") from None
