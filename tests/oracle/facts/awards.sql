-- Program pay of each LEA's latest year on awards that do not recur; programs at work in the latest year on file.
CREATE TEMP TABLE awards AS
WITH latest AS (SELECT lea_id, max(school_year) AS school_year FROM pay_totals GROUP BY ALL)
SELECT p.lea_id, p.program_id, coalesce(p.award_id, 'fund:' || p.fund_code) AS award_id, p.school_year AS base_year,
  CAST(sum(p.cents) AS BIGINT) AS cents, max(p.award_end) AS award_end
FROM pay p JOIN latest USING (lea_id, school_year)
WHERE p.program_id IS NOT NULL AND NOT coalesce(p.recurring, true) GROUP BY ALL;

CREATE TEMP TABLE base_years AS
SELECT lea_id, program_id, coalesce(min(school_year) FILTER (WHERE in_force), min(school_year)) AS first_year,
  any_value(base_year) AS base_year
FROM (SELECT lea_id, program_id, school_year, in_force, max(school_year) OVER (PARTITION BY lea_id) AS base_year FROM costs)
GROUP BY lea_id, program_id HAVING max(school_year) = any_value(base_year);

CREATE TEMP TABLE revenue AS
WITH futures AS (
  SELECT b.lea_id, b.program_id, b.base_year, b.base_year + y.year AS future_year
  FROM base_years b CROSS JOIN parameters k, LATERAL (SELECT unnest(range(k.years + 1)) AS year) y),
reported AS (
  SELECT lea_id, program_id, school_year, sum(cents(amount)) / 100 AS recurring
  FROM program_finance WHERE kind = 'recurring_revenue' GROUP BY ALL),
recurring AS (
  SELECT f.lea_id, f.program_id, f.future_year, arg_max(r.recurring, r.school_year) AS recurring
  FROM futures f JOIN reported r ON r.lea_id = f.lea_id AND r.program_id = f.program_id AND r.school_year <= f.future_year
  GROUP BY ALL),
granted AS (
  SELECT f.lea_id, f.program_id, f.future_year, sum(a.cents) / 100 AS awarded,
    sum(a.cents) FILTER (WHERE NOT coalesce(a.award_end < make_date(CAST(f.future_year - 1 AS INT), 7, 1), false)) / 100 AS running
  FROM futures f JOIN awards a USING (lea_id, program_id, base_year) GROUP BY ALL),
matched AS (
  SELECT lea_id, program_id, school_year AS future_year, sum(cents(amount)) / 100 AS match
  FROM program_finance WHERE kind = 'match' GROUP BY ALL)
SELECT lea_id, program_id, future_year, r.recurring, coalesce(g.running, 0) + coalesce(m.match, 0) AS ending_grants,
  coalesce(g.awarded, 0) + coalesce(m.match, 0) AS all_grants
FROM futures LEFT JOIN recurring r USING (lea_id, program_id, future_year)
LEFT JOIN granted g USING (lea_id, program_id, future_year) LEFT JOIN matched m USING (lea_id, program_id, future_year);
