"""Contract of the mart `position_exchange`: positions traded for roles (M05)."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c


class PositionExchange(dy.Schema):
    """One row per school_id x school_year, for schools of LEAs whose program exchanges positions."""

    school_id = c.school_id.key()
    school_year = c.school_year.key()
    lea_id = c.lea_id.required()
    units = c.units.required()
    baseline_units = c.baseline_units.optional()
    balance = c.balance.optional()
    balance_status = c.balance_status.required()
