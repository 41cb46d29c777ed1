-- Who stays. Rates are over persons whose next year is known. `top_lost_share` is computed, never assumed.
CREATE OR REPLACE VIEW bi_retention AS
SELECT
    *,
    persons - unknown AS followed,
    CASE WHEN persons > unknown THEN CAST(stay_school AS DOUBLE) / (persons - unknown) END AS stay_school_rate,
    CASE WHEN persons > unknown
        THEN CAST(stay_school + move_school AS DOUBLE) / (persons - unknown)
    END AS stay_lea_rate,
    CASE WHEN persons > unknown
        THEN CAST(stay_school + move_school + move_lea AS DOUBLE) / (persons - unknown)
    END AS stay_teaching_rate,
    CASE WHEN persons > unknown THEN CAST(leave + move_lea AS DOUBLE) / (persons - unknown) END AS lost_rate,
    CASE WHEN top_lost IS NOT NULL AND persons > unknown
        THEN CAST(top_lost AS DOUBLE) / (persons - unknown)
    END AS top_lost_share
FROM retention;
