-- The one pass over the pay lines: cents and hours by person, code, fund and school.
CREATE TEMP TABLE pay_sums AS
SELECT * REPLACE (CASE WHEN hours <> 0 THEN hours / 1e6 END AS hours)
FROM (
  SELECT lea_id, school_year, staff_id, pay_code, fund_code, school_id, CAST(sum(amount) * 100 AS BIGINT) AS cents,
    sum(CAST(round(hours * 1000000) AS BIGINT)) AS hours
  FROM payroll GROUP BY ALL);
