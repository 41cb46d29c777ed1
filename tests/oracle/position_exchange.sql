WITH traders AS (SELECT * FROM adopted SEMI JOIN position_units USING (program_id)),
rates AS (
  SELECT t.lea_id, t.school_year, u.role_code, max(u.role_units) AS role_units
  FROM traders t JOIN position_units u USING (program_id) GROUP BY ALL),
since AS (SELECT lea_id, school_year, min(adopted_from) AS adopted_from FROM traders GROUP BY ALL),
in_use AS (
  SELECT s.school_id, s.school_year, min(s.lea_id) AS lea_id, min(a.adopted_from) AS adopted_from,
    sum(whole(s.fte_microdays / (s.window_days * 1e6) * coalesce(r.role_units, k.teaching_position_units) * 1e6)) / 1e6 AS units
  FROM stays s JOIN since a USING (lea_id, school_year) LEFT JOIN rates r USING (lea_id, school_year, role_code) CROSS JOIN parameters k
  WHERE r.role_units IS NOT NULL OR s.staff_classification = 'teacher' GROUP BY s.school_id, s.school_year),
before_ AS (
  SELECT s.school_id, s.school_year + 1 AS adopted_from,
    sum(whole(s.fte_microdays / (s.window_days * 1e6) * k.teaching_position_units * 1e6)) / 1e6 AS baseline
  FROM stays s CROSS JOIN parameters k WHERE s.staff_classification = 'teacher' GROUP BY ALL)
SELECT u.school_id, u.school_year, u.lea_id, rate(u.units) AS units, rate(b.baseline) AS baseline_units,
  rate(b.baseline - u.units) AS balance, CASE WHEN b.baseline IS NULL THEN 'not_enough_data' ELSE 'ok' END AS balance_status
FROM in_use u LEFT JOIN before_ b USING (school_id, adopted_from)
ORDER BY school_id, school_year
