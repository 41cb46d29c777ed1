"""Contract of the mart `training`: hours of courses completed by leaders and by other teachers (M36)."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c


class Training(dy.Schema):
    """One row per lea_id x school_year x comparison_group with persons."""

    lea_id = c.lea_id.key()
    school_year = c.school_year.key()
    comparison_group = c.training_group.key()
    persons = c.persons.required()
    hours = c.training_hours.required()
    hours_per_person = c.hours_per_person.optional()
    courses_without_hours = c.courses_without_hours.required()
