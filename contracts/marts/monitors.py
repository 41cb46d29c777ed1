"""Contract of the mart `monitors`: watched shares of an LEA, with their inputs (RULES 5, monitors; M20)."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c


class Monitors(dy.Schema):
    """One row per lea_id x school_year x monitor x cut. `value` is counted over out_of."""

    lea_id = c.lea_id.key()
    school_year = c.school_year.key()
    monitor = c.monitor.key()
    cut = c.cut.key()
    counted = c.counted.required()
    out_of = c.out_of.required()
    value = c.monitor_value.optional()
    compared_with = c.monitor_compared_with.optional()
    difference = c.monitor_difference.optional()
