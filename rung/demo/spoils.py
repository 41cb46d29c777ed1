"""The ways in which `rung demo --dirty` spoils rows and files, each with the rule that must catch it.

A row spoil writes `becomes` into `column` ({} = what stood there). `rule_id` is the rule of expectations/ or
contracts/file_rules.py that speaks up; for a repair it is the repair's name, for a repeated row `duplicate`.
Outcomes: quarantined (an error), warned (kept), dropped (an exact duplicate), rejected (the file), repaired (kept).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["quarantined", "warned", "dropped", "rejected", "repaired"]
# cell: one cell; line: the line of text; twin: a second row of the same key; again: the same row once more;
# pair: two new rows of one invented person who differ in `column`; cents: the cell without its decimal point
How = Literal["cell", "line", "twin", "again", "pair", "cents"]
SSN = "123-45-6789"
# Any of them says how an evaluation ended where its label is missing.
SCORES = ("rating_score", "observation_average", "minimum_dimension_score", "growth_percent", "growth_index")


@dataclass(frozen=True)
class RowSpoil:
    """`only` (column, value) names the rows that can be spoiled so; `least` the smallest amount; `also_empty`: columns
    that are emptied with it."""

    name: str
    rule_id: str
    column: str = ""
    becomes: str = ""
    outcome: Outcome = "quarantined"
    how: How = "cell"
    only: tuple[str, str] | None = None
    least: float | None = None
    also_empty: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Rows that it makes bad."""
        return 2 if self.how in ("twin", "pair") else 1


@dataclass(frozen=True)
class FileSpoil:
    """What is done to a whole file; see `files.py`."""

    name: str
    rule_id: str
    outcome: Outcome
    extracts: tuple[str, ...]


ROSTER = (
    RowSpoil("missing_staff_id", "ROS-006", "staff_id"),
    RowSpoil("ssn_as_staff_id", "ROS-010", "staff_id", SSN),
    RowSpoil("missing_school", "ROS-011", "school_id"),
    RowSpoil("school_not_in_reference", "ROS-012", "school_id", "99999999"),
    RowSpoil("missing_begin_date", "ROS-014", "begin_date"),
    RowSpoil("begin_date_that_is_none", "ROS-015", "begin_date", "2023-02-31"),
    RowSpoil("begin_date_of_another_century", "ROS-016", "begin_date", "1823-08-01"),
    RowSpoil("end_date_in_words", "ROS-017", "end_date", "end of June"),
    RowSpoil("end_before_begin", "ROS-019", "end_date", "1975-06-30"),
    RowSpoil("missing_classification", "ROS-020", "staff_classification"),
    RowSpoil("unknown_classification", "ROS-021", "staff_classification", "Tchr"),
    RowSpoil("missing_position_title", "ROS-022", "position_title"),
    RowSpoil("ssn_in_position_title", "ROS-062", "position_title", "Teacher " + SSN),
    RowSpoil("missing_fte", "ROS-024", "full_time_equivalency"),
    RowSpoil("fte_in_words", "ROS-025", "full_time_equivalency", "full time"),
    RowSpoil("fte_above_one_and_a_half", "ROS-026", "full_time_equivalency", "1.7"),
    RowSpoil("release_share_above_one", "ROS-029", "release_share", "1.5"),
    RowSpoil("flag_that_is_neither", "ROS-032", "tested_group", "maybe", "warned"),
    RowSpoil("negative_students", "ROS-035", "students_taught", "-3"),
    RowSpoil("hire_date_that_is_none", "ROS-042", "hire_date", "2019-13-01"),
    RowSpoil("experience_of_two_centuries", "ROS-046", "years_experience", "200"),
    RowSpoil("unknown_degree", "ROS-048", "highest_degree", "Masters+", "warned"),
    RowSpoil("step_in_words", "ROS-049", "salary_step", "step five"),
    RowSpoil("more_days_than_a_year", "ROS-054", "days_in_service", "400"),
    RowSpoil("row_of_another_district", "ROS-002", "lea_id", "99999"),
    RowSpoil("row_of_another_year", "ROS-004", "school_year", "1999"),
    RowSpoil("one_id_two_licenses", "ROS-067", "license_id", outcome="warned", how="pair"),
    RowSpoil("digits_in_name", "ROS-041", "last_name", "{}2", "warned"),
    RowSpoil("same_row_twice", "duplicate", outcome="dropped", how="again"),
)
EVALUATION = (
    RowSpoil("missing_staff_id", "EVA-006", "staff_id"),
    RowSpoil("unknown_rating_system", "EVA-012", "rating_system", "our_own_system"),
    RowSpoil("unknown_rating_label", "EVA-013", "rating_level", "Superb", only=("status", "final")),
    RowSpoil("missing_status", "EVA-014", "status"),
    RowSpoil("unknown_status", "EVA-015", "status", "done"),
    RowSpoil("final_without_label", "EVA-016", "rating_level", only=("status", "final"), also_empty=SCORES),
    RowSpoil("label_without_rating", "EVA-017", "status", "nullified", "warned", only=("status", "final")),
    RowSpoil("score_in_words", "EVA-018", "rating_score", "high"),
    RowSpoil("negative_score", "EVA-019", "rating_score", "-12"),
    RowSpoil("evaluation_date_that_is_none", "EVA-024", "evaluation_date", "2024-06-31"),
    RowSpoil("evaluation_date_of_another_century", "EVA-025", "evaluation_date", "1824-05-01"),
    RowSpoil("growth_above_one_hundred", "EVA-035", "growth_percent", "140"),
    RowSpoil("growth_in_words", "EVA-034", "growth_percent", "most"),
    RowSpoil("school_not_in_reference", "EVA-038", "school_id", "99999999", "warned"),
    RowSpoil("ssn_as_evaluator", "EVA-040", "evaluator_staff_id", SSN),
    RowSpoil("row_of_another_district", "EVA-002", "lea_id", "99999"),
    RowSpoil("row_of_another_year", "EVA-004", "school_year", "1999"),
    RowSpoil("same_key_other_score", "EVA-043", "rating_score", "1{}", how="twin", only=("status", "final")),
    RowSpoil("same_row_twice", "duplicate", outcome="dropped", how="again"),
)
PAYROLL = (
    RowSpoil("missing_staff_id", "PAY-006", "staff_id"),
    RowSpoil("scientific_staff_id", "ROW-004", "staff_id", "6.18E+07"),
    RowSpoil("missing_pay_date", "PAY-011", "pay_date"),
    RowSpoil("pay_date_that_is_none", "PAY-012", "pay_date", "2024-02-30"),
    RowSpoil("pay_date_of_another_century", "PAY-013", "pay_date", "1824-01-31"),
    RowSpoil("pay_date_of_another_year", "PAY-014", "pay_date", "2019-01-31", "warned"),
    RowSpoil("missing_pay_code", "PAY-015", "pay_code"),
    RowSpoil("unknown_pay_code", "PAY-016", "pay_code", "9{}", "warned"),
    RowSpoil("ssn_in_pay_code", "PAY-018", "pay_code", SSN),
    RowSpoil("missing_fund_code", "PAY-019", "fund_code"),
    RowSpoil("unknown_fund_code", "PAY-020", "fund_code", "9{}", "warned"),
    RowSpoil("missing_amount", "PAY-023", "amount"),
    RowSpoil("amount_in_words", "PAY-024", "amount", "see attachment"),
    RowSpoil("amount_of_three_decimals", "PAY-024", "amount", "{}5"),
    RowSpoil("amount_beyond_all_pay", "PAY-025", "amount", "9999{}", least=1_000.0),
    RowSpoil("amount_in_cents", "PAY-026", "amount", outcome="warned", how="cents", least=2_600.0),
    RowSpoil("amount_of_nothing", "PAY-027", "amount", "0.00", "warned"),
    RowSpoil("hours_in_words", "PAY-028", "hours", "a few"),
    RowSpoil("hours_beyond_the_year", "PAY-029", "hours", "9999"),
    RowSpoil("school_not_in_reference", "PAY-033", "school_id", "99999999", "warned"),
    RowSpoil("a_cell_too_many", "ROW-001", becomes="{},extra", how="line"),
    RowSpoil("formula_error", "PAY-024", "amount", "#REF!"),
    RowSpoil("same_key_other_amount", "PAY-036", "amount", "1{}", how="twin", least=1.0),
    RowSpoil("same_row_twice", "duplicate", outcome="dropped", how="again"),
    RowSpoil("amount_with_currency_sign", "currency_signs", "amount", "${}", "repaired", least=1.0),
    RowSpoil("blanks_around_a_code", "trimmed_cells", "pay_code", " {} ", "repaired"),
)
LEADERSHIP = (
    RowSpoil("missing_staff_id", "LDR-006", "staff_id"),
    RowSpoil("missing_event_date", "LDR-011", "event_date"),
    RowSpoil("event_date_in_words", "LDR-012", "event_date", "spring"),
    RowSpoil("event_date_of_another_year", "LDR-014", "event_date", "2001-01-01", "warned"),
    RowSpoil("missing_event_type", "LDR-015", "event_type"),
    RowSpoil("unknown_event_type", "LDR-016", "event_type", "coffee"),
    RowSpoil("unknown_outcome", "LDR-017", "outcome", "sort of", "warned"),
    RowSpoil("quantity_in_words", "LDR-027", "quantity", "several"),
    RowSpoil("credential_that_ends_before_it_begins", "LDR-031", "valid_until", "1999-01-01"),
    RowSpoil("school_not_in_reference", "LDR-034", "school_id", "99999999", "warned"),
    RowSpoil("ssn_in_event_code", "LDR-039", "event_code", SSN),
    RowSpoil("same_row_twice", "duplicate", outcome="dropped", how="again"),
)
ROW_SPOILS = {"roster": ROSTER, "evaluation": EVALUATION, "payroll": PAYROLL, "leadership": LEADERSHIP}

FILE_SPOILS = (
    FileSpoil("missing_required_column", "FILE-033", "rejected", ("payroll", "evaluation", "leadership")),
    FileSpoil("empty_file", "FILE-001", "rejected", ("payroll", "leadership")),
    FileSpoil("header_without_rows", "FILE-005", "rejected", ("evaluation", "leadership")),
    FileSpoil("web_page_named_csv", "FILE-023", "rejected", ("evaluation", "leadership")),
    FileSpoil("file_of_another_district", "FILE-037", "rejected", ("evaluation",)),
    FileSpoil("file_of_another_year", "FILE-038", "rejected", ("evaluation",)),
    FileSpoil("windows_letters", "cp1252", "repaired", ("leadership", "payroll", "evaluation")),
    FileSpoil("utf_16", "utf16", "repaired", ("leadership", "payroll", "evaluation")),
    FileSpoil("semicolons", "delimiter_semicolon", "repaired", ("leadership", "payroll", "evaluation")),
    FileSpoil("title_lines", "title_lines", "repaired", ("leadership", "payroll", "evaluation")),
    FileSpoil("totals_line", "totals_lines", "repaired", ("payroll",)),
)
