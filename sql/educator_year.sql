-- One row per educator and year. Outcome flags are 1, 0 or null (next year not known), so that they average to rates.
CREATE OR REPLACE VIEW bi_educator_year AS
SELECT
    *,
    CASE WHEN next_year_outcome <> 'outcome_unknown'
        THEN CASE WHEN next_year_outcome = 'stay_school' THEN 1 ELSE 0 END
    END AS stayed_at_school,
    CASE WHEN next_year_outcome <> 'outcome_unknown'
        THEN CASE WHEN next_year_outcome IN ('stay_school', 'move_school') THEN 1 ELSE 0 END
    END AS stayed_in_lea,
    CASE WHEN next_year_outcome <> 'outcome_unknown'
        THEN CASE WHEN next_year_outcome IN ('stay_school', 'move_school', 'move_lea') THEN 1 ELSE 0 END
    END AS stayed_in_post,
    CASE WHEN fte > 0 THEN CAST(pay_total AS DOUBLE) / fte END AS pay_per_fte
FROM educator_year;
