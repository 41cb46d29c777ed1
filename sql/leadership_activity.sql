-- Output and outcome by school and month; never add the two kinds up.
CREATE OR REPLACE VIEW bi_leadership_activity AS
SELECT
    *,
    required - done AS not_done
FROM leadership_activity;
