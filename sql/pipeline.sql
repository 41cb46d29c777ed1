-- Leaders who become administrators, as shares.
CREATE OR REPLACE VIEW bi_pipeline AS
SELECT
    *,
    CASE WHEN leaders > 0 THEN CAST(to_ap AS DOUBLE) / leaders END AS to_ap_share,
    CASE WHEN leaders > 0 THEN CAST(to_principal AS DOUBLE) / leaders END AS to_principal_share,
    CASE WHEN new_principals > 0 THEN CAST(new_principals_who_led AS DOUBLE) / new_principals END AS principals_who_led_share
FROM pipeline;
