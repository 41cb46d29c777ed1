"""Contract of the mart `reach`: students and teachers whom leaders reach (M24)."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c


class Reach(dy.Schema):
    """One row per lea_id x program_id x role_code x school_year; role_code `none` for leaders without a role."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    role_code = c.role_code.key()
    school_year = c.school_year.key()
    leaders = c.leaders.required()
    students_reached = c.students_reached.optional()
    teachers_coached = c.teachers_coached.required()
    teachers_trained = c.teachers_trained.required()
    trainers = c.trainers.required()
    trained_per_trainer = c.trained_per_trainer.optional()
    cost_per_teacher_trained = c.cost_per_teacher_trained.optional()
    cost_status = c.metric_status.required()
