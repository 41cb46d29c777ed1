-- Groups whose outcomes do not count every person once: must return no row.
SELECT lea_id, program_id, school_year, comparison_group, persons
FROM retention
WHERE persons <> stay_school + move_school + move_lea + leave_teaching + left_state_schools + outcome_unknown;
