"""Contract of the mart `compensation`: every accepted payroll dollar, once (M01's inputs)."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c


class Compensation(dy.Schema):
    """One row per staff_id x lea_id x school_year x pay_type x stream.

    `base_counterfactual`, `increment` and `increment_status` sit once per staff x LEA x year (MARTS 5, metrics 3).
    """

    staff_id = c.staff_id.key()
    lea_id = c.lea_id.key()
    school_year = c.school_year.key()
    pay_type = c.pay_type.key()
    stream = c.stream.key()
    amount = c.amount.required()
    role_amount = c.role_amount.required()
    base_counterfactual = c.base_counterfactual.optional()
    increment = c.increment.optional()
    increment_status = c.increment_status.optional()
