"""`educator_key`: what stands in marts in place of `staff_id`."""

from __future__ import annotations

import hmac
import re

_KEY = re.compile("[0-9a-f]{32}")


def educator_key(secret: bytes, staff_id: str) -> str:
    """HMAC-SHA-256 of the id under the state's secret, 32 hex digits."""
    return hmac.digest(secret, staff_id.encode(), "sha256").hex()[:32]


def is_educator_key(text: str) -> bool:
    """Whether a text has the form of an educator_key."""
    return _KEY.fullmatch(text) is not None
