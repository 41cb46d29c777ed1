"""The original files of submissions, byte for byte as they were sent: where they lie in the lake."""

from __future__ import annotations

import hashlib
import json

from rung.lake.place import Place
from rung.lake.submissions import Submission
from transforms.s1_conform.file_names import unsafe_name

# Bytes of a name that leave room for what a file system adds while it is written.
LONGEST_NAME = 200


def original_key(lea_id: str, school_year: int, extract: str, submission_id: str, name: str, sha256: str) -> str:
    """The object of one file; a name that points elsewhere or is very long is kept under its hash."""
    too_long = max(len(part.encode()) for part in name.split("/")) > LONGEST_NAME
    kept = sha256 if unsafe_name(name) or too_long else name
    return f"original/{lea_id}/{school_year}/{extract}/{submission_id}/{kept}"


def read_originals(lake: Place, each: Submission) -> dict[str, bytes] | None:
    """A submission's files by name; None where one is not there as it was sent."""
    found = {}
    for file in json.loads(each.files):
        key = original_key(
            each.lea_id, each.school_year, each.extract, each.submission_id, file["name"], file["sha256"]
        )
        try:
            data = lake.read(key)
        except FileNotFoundError:
            return None
        if hashlib.sha256(data).hexdigest() != file["sha256"]:
            return None
        found[file["name"]] = data
    return found
