-- Pay, persons, medians and next-year outcomes by kind of staff: what a position file's own totals are set against.
SELECT
    lea_id,
    school_year,
    staff_classification,
    COUNT(*) AS persons,
    SUM(pay_total) AS pay_total,
    MEDIAN(CASE WHEN pay_total > 0 THEN CAST(pay_total AS DOUBLE) END) AS median_pay,
    COUNT(*) FILTER (WHERE next_year_outcome NOT IN ('outcome_unknown', 'left_state_schools')) AS on_a_roster_next_year,
    COUNT(*) FILTER (WHERE next_year_outcome = 'left_state_schools') AS on_no_roster_next_year
FROM educator_year
GROUP BY lea_id, school_year, staff_classification
ORDER BY lea_id, school_year, staff_classification;
