-- Cost, neutrality, coverage and runway. A null metric has its reason in the column `<metric>_status`.
CREATE OR REPLACE VIEW bi_sustainability AS
SELECT
    *,
    CASE WHEN leaders > 0 THEN CAST(incremental_pay AS DOUBLE) / leaders END AS incremental_pay_per_leader,
    CASE WHEN program_cost > 0
        THEN CAST(release_cost AS DOUBLE) / CAST(program_cost AS DOUBLE)
    END AS release_share_of_cost,
    CASE WHEN program_cost > 0 THEN CAST(offsets AS DOUBLE) / CAST(program_cost AS DOUBLE) END AS offset_share_of_cost,
    recurring_revenue - program_cost AS structural_gap
FROM sustainability;
