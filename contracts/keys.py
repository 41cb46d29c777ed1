"""Keys of frames: the columns that name a row, each said once and used in joins, groups and windows."""

from __future__ import annotations

LEA_YEAR = ("lea_id", "school_year")
LEA_PROGRAM = ("lea_id", "program_id")
STAFF_YEAR = ("staff_id", "school_year")
SCHOOL = ("school_id", "school_year")
LEA_SCHOOL = ("lea_id", "school_year", "school_id")

PERSON = ("lea_id", "school_year", "staff_id")
"""An educator in an LEA and year."""

ROLE = (*PERSON, "role_code")
"""A leadership role of an educator in an LEA and year."""

PROGRAM = ("lea_id", "program_id", "school_year")
"""A program in an LEA and year."""

LEADER = (*PROGRAM, "staff_id")
"""An educator in a program, LEA and year."""

PROGRAM_PERSON = (*LEA_PROGRAM, "staff_id")
"""An educator in a program and LEA, over the years."""

AWARD = ("lea_id", "award_id")
"""A grant award of an LEA."""
