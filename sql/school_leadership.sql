-- Leaders of a school and their movement; activity_rate: done over due.
CREATE OR REPLACE VIEW bi_school_leadership AS
SELECT
    *,
    CASE WHEN activity_due > 0 THEN CAST(activity_done AS DOUBLE) / activity_due END AS activity_rate
FROM school_leadership;
