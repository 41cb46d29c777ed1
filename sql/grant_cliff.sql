-- Program pay that loses its award. `first_exposed_year` is the first year in which some of it is exposed.
CREATE OR REPLACE VIEW bi_grant_cliff AS
SELECT
    *,
    CASE WHEN commitment > 0 THEN CAST(exposure AS DOUBLE) / CAST(commitment AS DOUBLE) END AS exposed_share,
    MIN(CASE WHEN exposure > 0 THEN future_year END) OVER (PARTITION BY lea_id, award_id) AS first_exposed_year
FROM grant_cliff;
