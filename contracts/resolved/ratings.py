"""Ratings with what their system's version in force says of their label."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c
from contracts.resolved import step_columns as r


class Ratings(dy.Schema):
    """One row per LEA x staff x year x rating system; label and band are null where the rating is not usable."""

    lea_id = c.lea_id.key()
    staff_id = c.staff_id.key()
    school_year = c.school_year.key()
    rating_system = c.rating_system.key()
    status = c.evaluation_status.required()
    rating_level = c.rating_level.optional()
    band = c.band.optional()
    is_top = c.is_top.optional()
    is_positive = c.is_positive.optional()
    rating_reason = c.rating_reason.optional()
    rating_score = c.rating_score.optional()
    potential_rating = c.potential_rating.optional()
    observation_average = c.observation_average.optional()
    minimum_dimension_score = c.minimum_dimension_score.optional()
    growth_percent = c.growth_percent.optional()
    growth_index = c.growth_index.optional()
    evaluator_staff_id = c.evaluator_staff_id.optional()
    school_id = c.school_id.optional()
    rating_level_sent = r.rating_level_sent.optional()


class LabelsInForce(dy.Schema):
    """One row per rating system x school year x label: the system's version of the year, whole."""

    rating_system = c.rating_system.key()
    school_year = c.school_year.key()
    rating_level = c.rating_level.key()
    band = c.band.required()
    is_top = c.is_top.required()
    is_positive = c.is_positive.required()


class GapYears(dy.Schema):
    """One row per rating system x school year in which nobody was rated."""

    rating_system = c.rating_system.key()
    school_year = c.school_year.key()
