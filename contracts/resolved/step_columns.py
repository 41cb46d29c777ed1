"""Columns that only frames between stages have: whole cents, whole millionths, unrounded dollars, ranks, windows.

A column that a district sends or a mart shows is declared in `contracts/columns.py`, and there only.
"""

from __future__ import annotations

from typing import Any

import dataframely as dy

from contracts.columns import Column


def _cents(description: str) -> Column:
    return Column(dy.Int64, description, unit="US cents")


def _fine(description: str) -> Column:
    return Column(dy.Int64, description, unit="hundred-millionths of a US dollar")


def _dollars(description: str) -> Column:
    return Column(dy.Float64, description, unit="US dollars, unrounded")


def _count(description: str, **rest: Any) -> Column:
    return Column(dy.UInt32, description, **rest)


# --- days of service ----------------------------------------------------------------------------------------------
stay_begin = Column(dy.Date, "First day of the stay inside its school year.")
stay_end = Column(dy.Date, "Last day of the stay inside its school year.")
roster_days = Column(dy.Int32, "Days of the stay, or of an educator's rows together, inside the school year.", low=0)
window_begin = Column(dy.Date, "First day of the LEA's contract window of the year.")
window_end = Column(dy.Date, "Last day of the LEA's contract window of the year.")
window_days = Column(dy.Int32, "Days of the LEA's contract window of the year.", unit="days", low=0)
contract_begin = Column(dy.Date, "First day of the stay inside the contract window.")
contract_end = Column(dy.Date, "Last day of the stay inside the contract window; before the first where none is.")
contract_days = Column(dy.Int32, "Days of the stay inside the contract window.", unit="days", low=0)
fte_microdays = Column(dy.Int64, "FTE x days of the contract window.", unit="millionths of an FTE-day", low=0)
fte_days = Column(dy.Float64, "FTE x days of the contract window.", unit="FTE-days", low=0)
fte_millionths = Column(dy.Int64, "FTE over all LEAs.", unit="millionths of an FTE", low=0)

# --- ratings ------------------------------------------------------------------------------------------------------
rating_level_sent = Column(dy.String, "The rating's label as it was sent, usable or not.")

# --- roles --------------------------------------------------------------------------------------------------------
role_days = Column(dy.Int32, "Days of the contract window with the role, concurrent rows once.", unit="days", low=0)
lea_days = Column(dy.Int32, "Days of the contract window on the LEA's roster, concurrent rows once.", unit="days")
is_held = Column(dy.Bool, "The role covers more than half of the educator's days in the LEA.")
has_roles = Column(dy.Bool, "The program has leadership roles of its own.")
travels = Column(dy.Bool, "A designation of the program goes where its holder goes.")
leads = Column(dy.Bool, "Holders of the level are teacher leaders.")
is_teacher_leader = Column(dy.Bool, "The leader is a teacher somewhere that year; others who lead are counted apart.")
certifies = Column(dy.Bool, "A level of the program is a certificate.")
role_units = Column(dy.Float64, "Position units that a holder of the role counts for (M05).", unit="position units")
paid_program_id = Column(dy.String, "Program that the role's pay codes name.")

# --- parts of a cost ----------------------------------------------------------------------------------------------
code_cents = _cents("Net pay on the program's own codes, whoever holds it.")
schedule_cents = _cents("Its part that is base pay.")
benefit_cents = _cents("Its part that is benefit lines.")
twice_fine = _fine("Base pay of its leaders on its own codes that their increments hold as well.")
overlap = _dollars("What M03 holds twice: that base pay with its load, and the load on benefit lines.")
finance_known = Column(dy.Bool, "Training or administration of the program is reported.")
has_code_pay = Column(dy.Bool, "The program has pay lines on its own codes.")
pay_dollars = _dollars("Pay on the program's codes and increments of its leaders, without benefits.")
pay_benefit = _dollars("Benefits on that pay.")
in_force = Column(dy.Bool, "The program is in force in the LEA on 30 June.")
stream_dollars = _dollars("What the stream pays of the program's cost.")
soft_dollars = _dollars("Its part from money that does not recur.")
other_dollars = _dollars("Its part for release, training and administration.")

# --- pay ----------------------------------------------------------------------------------------------------------
cents = _cents("Net pay.")
lines = _count("Pay lines that were summed.", low=1)
pay_cents = _cents("Net pay of the year, all pay types.")
base_cents = _cents("Net base pay of the year.")
benefit_cents = _cents("Net benefit lines of the year.")
supplement_cents = _cents("Net stipends, hourly pay and bonuses of the year, whatever their codes name.")
role_cents = _cents("Net stipends, hourly pay and bonuses on codes that name a program or a role.")
median_base_cents = Column(dy.Float64, "Median base pay of the LEA's teachers.", unit="US cents")
hours = Column(dy.Float64, "Hours that the lines pay for; null where no line has any or they cancel.", unit="hours")
is_soft = Column(dy.Bool, "Paid by soft money: grants, gifts, levies, and funds that do not recur.")
is_role_pay = Column(dy.Bool, "Stipend, hourly or bonus pay on a code that names a program or a role.")
counterfactual_fine = _fine("Base pay that the schedule gives the educator's lane and step.")
schedule_fine = _fine("What the salary schedule pays for the educator's stays of the year.")
priced = Column(dy.Bool, "The schedule has a cell for every stay with days, and there is one.")
increment_fine = _fine("Actual base pay less the counterfactual.")
pay_fine = _fine("Role pay and increment of the leader, unloaded.")
takes_increment = Column(dy.Bool, "The person's base increment counts for this program.")

# --- programs and costs -------------------------------------------------------------------------------------------
program_rank = Column(dy.Int32, "The program's position in the order of the packs.")
is_leader_program = Column(dy.Bool, "Holders of a tier in the program are teacher leaders.")
adopted_from = Column(dy.Int16, "Earliest adoption that still holds in the year.", unit="ending year")
average_load = Column(dy.Float64, "Benefits over pay, on average.", unit="share")
marginal_load = Column(dy.Float64, "Benefits over pay, on one more dollar.", unit="share")
release_dollars = _dollars("Cost of covering released time; null where it cannot be priced.")
release_unknown = _count("Holders of the program's roles without a release share.", unit="persons")
release_unpriced = _count("Holders released in an LEA without teacher base pay.", unit="persons")
training = _dollars("Training cost reported; null where none is.")
administration = _dollars("Administration cost reported; null where none is.")
recurring_revenue = _dollars("Recurring revenue reported; null where none is.")
unscheduled = _count("Leaders whose stays no salary schedule prices.", unit="persons")
depth = Column(dy.Float64, "M15: median over leaders of pay for leading over base pay.", unit="share")
benefit = _dollars("Benefits on pay for leading, at the marginal load.")
incremental = _dollars("M01: pay for leading with the marginal load.")
cost = _dollars("M03; null while a part of it is not known.")
named_offset = _dollars("Offsets that name the program.")
shared_offset = _dollars("The LEA's offsets that name no program.")
offset = _dollars("Documented offsets of the program, its part of shared ones included.")
net = _dollars("M03 less documented offsets.")
net_before = _dollars("Net cost of the year before.")
change = _dollars("M04: net cost less that of the year before.")
teacher_dollars = _dollars("Teachers' pay without benefit lines, with the average load.")
role_based = Column(dy.Float64, "M14, unrounded.", unit="share")
above_entry_dollars = _dollars("Teachers' pay above entry salary.")
entry_cents = _cents("Salary of the schedule's entry cell.")
increment_dollars = _dollars("Increments of the program's leaders.")
per_leader = _dollars("Cost over leaders; null without a leader or a known cost.")
pay_share = Column(dy.Float64, "M02, unrounded.", unit="share")
coverage = Column(dy.Float64, "M08, unrounded.", unit="share")
lea_net = _dollars("Net cost of all the LEA's programs of the year; null where one is not known.")

# --- projection ---------------------------------------------------------------------------------------------------
first_year = Column(dy.Int16, "First school year of the program on file.", unit="ending year")
base_year = Column(dy.Int16, "The LEA's latest school year on file, from which it is projected.", unit="ending year")
automaton_state = Column(dy.String, "Level and years at it, up to two: `<level>:<years>`.")
from_state = Column(dy.String, "State of the year before; null when the person had none.")
to_state = Column(dy.String, "State of the year; null when the person has none.")
moves = Column(dy.Int64, "Moves between the two states, over all pairs of years on file.", unit="persons")
step_now = Column(dy.Float64, "Mean schedule step of the leaders.")
step_entry = Column(dy.Float64, "Mean schedule step of those who were no leaders the year before.")
step_growth = Column(dy.Float64, "Mean growth of pay for leading by a step.", unit="share")
step_last = Column(dy.Float64, "The schedule's last step.")
rise_millionths = Column(dy.Int64, "Relative rise to the lane's next step.", unit="millionths")
last_step = Column(dy.Int32, "The lane's last step.")
expected = _dollars("Expected program cost.")
p10 = _dollars("Simulated cost that one path in ten stays at or under.")
p50 = _dollars("Simulated median cost.")
p90 = _dollars("Simulated cost that nine paths in ten stay at or under.")
recurring = _dollars("Recurring revenue of the year, the latest amount reported for it or before.")
ending_grants = _dollars("Program pay on awards still running in the year, and matches.")
all_grants = _dollars("Program pay on every award, as if each were renewed, and matches.")
revenue = _dollars("What comes in under the scenario; null where recurring revenue is not reported.")
match_cents = _cents("Match contracted for the year.")

# --- people -------------------------------------------------------------------------------------------------------
lea_reports_next = Column(dy.Bool, "The LEA has a roster for the following year.")
cell_band = Column(dy.Int8, "Rating band; 0 where there is none.")
cell_experience = Column(dy.Int32, "Band of experience, counted from 0; -1 where experience is not known.")
cell_poverty = Column(dy.Int8, "Poverty quartile of the school; 0 where it is not known.")
compared = Column(dy.Int64, "Leaders in cells that have non-leaders too.", unit="persons")
compared_with = Column(dy.Int64, "Non-leaders in those cells.", unit="persons")
more_share = Column(dy.Float64, "Leaders' rate less that of like non-leaders.", unit="points, -1 to 1")
fewer_leavers = Column(dy.Float64, "Leavers expected at the others' rates, less leavers.", unit="persons")
unit_cost = Column(dy.Float64, "Cost of one leaver in an LEA of that enrolment (M21).", unit="US dollars")

# --- compliance and reach -----------------------------------------------------------------------------------------
measured = Column(dy.Float64, "What a compliance rule measures, unrounded; null where it cannot be measured.")
paid = Column(dy.Float64, "Net role pay.", unit="US dollars")
band_low = Column(dy.Float64, "Lower bound of the role's pay band.", unit="US dollars")
band_high = Column(dy.Float64, "Upper bound of the role's pay band.", unit="US dollars")
is_outside = Column(dy.Bool, "The role's pay lies outside its band.")
stability = Column(dy.Float64, "Designees of the year before on the LEA's roster who are designees, unrounded.")
students_reached = Column(dy.Int64, "Students of the leaders and of the people they supervise.", unit="students")
money_ends = Column(dy.String, "First school year without the money, or why there is none.")
has_role = Column(dy.Bool, "A leadership role held, or for a designee an event of leading.")
