-- Assistant principals, coaches and released leaders; cost of an FTE of each.
CREATE OR REPLACE VIEW bi_leadership_staffing AS
SELECT
    *,
    CASE WHEN ap_fte > 0 THEN ap_cost / ap_fte END AS cost_per_ap_fte,
    CASE WHEN coach_fte > 0 THEN coach_cost / coach_fte END AS cost_per_coach_fte,
    CASE WHEN released_leader_fte > 0 THEN released_leader_cost / released_leader_fte END AS cost_per_released_fte
FROM leadership_staffing;
