"""Contract of the mart `sustainability`: cost, neutrality, coverage and runway (M01-M04, M08, M14, M15, M17)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts import columns as c


class Sustainability(dy.Schema):
    """One row per lea_id (null: the state) x program_id x school_year. A metric that cannot be computed is null; its
    status says why. State rows are sums of the districts' (M01-M03): leave them out of sums over districts.
    """

    lea_id = c.lea_or_state.optional()
    program_id = c.program_id.required()
    school_year = c.school_year.required()
    program_status = c.program_status.required()
    leaders = c.leaders.required()
    other_leaders = c.other_leaders.required()
    role_pay = c.role_pay.required()
    increments = c.increments.required()
    benefit_load = c.benefit_load.required()
    incremental_pay = c.incremental_pay.required()
    incremental_pay_status = c.metric_status.required()
    leaders_without_increment = c.leaders_without_increment.required()
    teacher_compensation = c.teacher_compensation.optional()
    pay_share_of_compensation = c.pay_share_of_compensation.optional()
    pay_share_of_compensation_status = c.metric_status.required()
    release_fte = c.release_fte.required()
    release_cost = c.release_cost.optional()
    release_cost_status = c.metric_status.required()
    training_cost = c.training_cost.optional()
    administration_cost = c.administration_cost.optional()
    finance_status = c.metric_status.required()
    program_pay = c.program_pay.required()
    program_benefits = c.program_benefits.required()
    program_cost = c.program_cost.optional()
    cost_overlap = c.cost_overlap.optional()
    program_cost_status = c.metric_status.required()
    cost_per_leader = c.cost_per_leader.optional()
    cost_per_leader_status = c.metric_status.required()
    offsets = c.offsets.optional()
    offsets_status = c.metric_status.required()
    net_cost = c.net_cost.optional()
    net_cost_status = c.metric_status.required()
    net_change = c.net_change.optional()
    net_change_status = c.metric_status.required()
    neutral = c.neutral.optional()
    neutral_answer = c.neutral_answer.required()
    neutral_reason = c.neutral_reason.required()
    lea_net_cost = c.lea_net_cost.optional()
    lea_neutral_answer = c.lea_neutral_answer.required()
    recurring_revenue = c.recurring_revenue.optional()
    recurring_coverage = c.recurring_coverage.optional()
    recurring_coverage_status = c.metric_status.required()
    role_based_share = c.role_based_share.optional()
    role_based_share_status = c.metric_status.required()
    increment_depth = c.increment_depth.optional()
    increment_depth_status = c.metric_status.required()
    runway_years = c.runway_years.optional()
    runway_years_status = c.metric_status.required()
    money_ends_year = c.money_ends_year.optional()
    money_ends_year_status = c.metric_status.required()

    @dy.rule()
    def one_row_per_key(cls) -> pl.Expr:
        """The key holds nulls, which dataframely's own keys refuse."""
        return pl.struct("lea_id", "program_id", "school_year").is_unique()
