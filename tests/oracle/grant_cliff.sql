WITH most AS (
  SELECT lea_id, award_id, program_id FROM (SELECT lea_id, award_id, program_id, sum(cents) AS cents FROM awards GROUP BY ALL)
  QUALIFY row_number() OVER (PARTITION BY lea_id, award_id ORDER BY cents DESC, program_id) = 1),
bases AS (
  SELECT lea_id, award_id, base_year, CAST(sum(cents) AS BIGINT) AS cents, max(award_end) AS award_end FROM awards GROUP BY ALL),
matched AS (
  SELECT lea_id, award_id, school_year AS future_year, CAST(sum(cents(amount)) AS BIGINT) AS match_cents
  FROM program_finance WHERE kind = 'match' AND award_id IS NOT NULL GROUP BY ALL),
futures AS (
  SELECT b.*, b.base_year + y.year AS future_year, b.award_end < make_date(CAST(b.base_year + y.year - 1 AS INT), 7, 1) AS ended
  FROM bases b CROSS JOIN parameters k, LATERAL (SELECT unnest(range(1, k.years + 1)) AS year) y)
SELECT lea_id, award_id, future_year, program_id, award_end, from_cents(cents) AS commitment, from_cents(coalesce(match_cents, 0)) AS matching_funds,
  from_cents(CASE WHEN ended THEN greatest(0, cents - coalesce(match_cents, 0)) WHEN NOT ended THEN 0 END) AS exposure,
  CASE WHEN ended IS NULL THEN 'not_configured' ELSE 'ok' END AS exposure_status
FROM futures JOIN most USING (lea_id, award_id) LEFT JOIN matched USING (lea_id, award_id, future_year)
ORDER BY lea_id, award_id, future_year
