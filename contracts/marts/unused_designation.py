"""Contract of the mart `unused_designation`: designations and certificates that led to no role (M32, M33)."""

from __future__ import annotations

import dataframely as dy

from contracts import columns as c


class UnusedDesignation(dy.Schema):
    """One row per lea_id x program_id x school_year of a program with designees of tier 2 or with certificates."""

    lea_id = c.lea_id.key()
    program_id = c.program_id.key()
    school_year = c.school_year.key()
    designees = c.tier_two_designees.required()
    without_role = c.without_role.required()
    share = c.without_role_share.optional()
    certificates = c.certificates.required()
    certificates_without_role = c.certificates_without_role.optional()
    share_without_role = c.certificates_without_role_share.optional()
