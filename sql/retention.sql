-- Who stays. Rates are over persons whose next year is known. `top_lost_share` is computed, never assumed.
CREATE OR REPLACE VIEW bi_retention AS
SELECT
    *,
    persons - outcome_unknown AS followed,
    CASE WHEN persons > outcome_unknown THEN CAST(stay_school AS DOUBLE) / (persons - outcome_unknown) END AS stay_school_rate,
    CASE WHEN persons > outcome_unknown
        THEN CAST(stay_school + move_school AS DOUBLE) / (persons - outcome_unknown)
    END AS stay_lea_rate,
    CASE WHEN persons > outcome_unknown
        THEN CAST(stay_school + move_school + move_lea AS DOUBLE) / (persons - outcome_unknown)
    END AS stay_teaching_rate,
    CASE WHEN persons > outcome_unknown THEN CAST(left_state_schools + move_lea AS DOUBLE) / (persons - outcome_unknown) END AS lost_rate,
    CASE WHEN top_lost IS NOT NULL AND persons > outcome_unknown
        THEN CAST(top_lost AS DOUBLE) / (persons - outcome_unknown)
    END AS top_lost_share
FROM retention;
