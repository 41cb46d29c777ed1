-- New teachers who stay, with plain shares of those followed beside the Kaplan-Meier share.
CREATE OR REPLACE VIEW bi_survival AS
SELECT
    *,
    CASE WHEN followed > 0 THEN CAST(in_school AS DOUBLE) / followed END AS in_school_rate,
    CASE WHEN followed > 0 THEN CAST(in_lea AS DOUBLE) / followed END AS in_lea_rate,
    CASE WHEN followed > 0 THEN CAST(in_teaching AS DOUBLE) / followed END AS in_teaching_rate,
    CASE WHEN followed > 0 THEN CAST(in_state AS DOUBLE) / followed END AS in_state_rate
FROM survival;
