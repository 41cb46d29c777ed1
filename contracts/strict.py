"""The base of every model that is read from a file of a state, a district or this project."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """Frozen; a key that the model does not name is an error, never passed over."""

    model_config = ConfigDict(extra="forbid", frozen=True)
