"""The whole corpus of spoiled files, in the order of `docs/file-ailments.md`."""

from __future__ import annotations

from tests.spoiled import dialect_files, office_files, packed_files, text_files, totals_files

SPOILED = [
    *text_files.SPOILED,
    *packed_files.SPOILED,
    *dialect_files.SPOILED,
    *totals_files.SPOILED,
    *office_files.SPOILED,
]
