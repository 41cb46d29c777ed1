-- One row per educator, LEA, program and year. `holds_level` is true for the statuses that hold one.
CREATE OR REPLACE VIEW bi_designation AS
SELECT
    *,
    level IS NOT NULL AS holds_level,
    level IS NOT NULL AND state_tier >= 1 AS holds_leader_level,
    status IN ('earned', 'renewed') AS won_this_year
FROM designation;
