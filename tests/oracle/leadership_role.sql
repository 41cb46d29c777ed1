WITH own_programs AS (
  SELECT a.lea_id, a.school_year, r.role_code, arg_min(r.program_id, p.place) AS program_id
  FROM adopted a JOIN program_roles r USING (program_id) JOIN programs p USING (program_id) GROUP BY ALL),
weighed AS (
  SELECT p.*, y.is_held, coalesce(c.cents, 0) AS whole_cents, c.hours AS whole_hours, coalesce(o.program_id, c.paid_program_id) AS program_id,
    CASE WHEN sum(p.fte_microdays) OVER role > 0 THEN p.fte_microdays ELSE 1 END AS weight
  FROM posts p LEFT JOIN role_years y USING (lea_id, school_year, staff_id, role_code)
  LEFT JOIN role_pay c USING (lea_id, school_year, staff_id, role_code)
  LEFT JOIN own_programs o USING (lea_id, school_year, role_code)
  WINDOW role AS (PARTITION BY p.lea_id, p.school_year, p.staff_id, p.role_code)),
running AS (
  SELECT *, CAST(sum(weight) OVER (role ORDER BY school_id) AS DOUBLE) AS upto, sum(weight) OVER role AS all_weight
  FROM weighed WINDOW role AS (PARTITION BY lea_id, school_year, staff_id, role_code)),
-- parts are differences of rounded running sums, so that they add up
summed AS (
  SELECT *, CAST(round(whole_cents * upto / all_weight) AS BIGINT) AS cents_upto, whole_hours * upto / all_weight AS hours_upto
  FROM running),
rows_ AS (
  SELECT staff_id, lea_id, school_id, role_code, school_year, program_id, days, release_share, release_fte, release_dollars,
    whole_cents, whole_hours, cents_upto - lag(cents_upto, 1, 0) OVER role AS cents,
    hours_upto - coalesce(lag(hours_upto) OVER role, 0) AS hours, is_held, false AS pay_without_role
  FROM summed WINDOW role AS (PARTITION BY lea_id, school_year, staff_id, role_code ORDER BY school_id)
  UNION ALL
  SELECT staff_id, lea_id, NULL, role_code, school_year, paid_program_id, 0, NULL, NULL, NULL, cents, hours, cents, hours, false, true
  FROM role_pay c
  WHERE cents <> 0 AND NOT EXISTS (
    SELECT 1 FROM posts p WHERE p.lea_id = c.lea_id AND p.school_year = c.school_year AND p.staff_id = c.staff_id
      AND p.role_code IS NOT DISTINCT FROM c.role_code)),
hourly AS (
  SELECT r.*, ratio(r.whole_cents / 100, r.whole_hours) AS per_hour, CAST(w.hourly AS DOUBLE) AS wage,
    ratio(t.base_cents / 100, y.fte * k.contract_hours) AS own_rate
  FROM rows_ r CROSS JOIN parameters k LEFT JOIN lea_years y USING (lea_id, school_year, staff_id)
  LEFT JOIN pay_totals t USING (lea_id, school_year, staff_id) LEFT JOIN minimum_wage w USING (school_year))
SELECT staff_id, lea_id, school_id, role_code, school_year, program_id, days, rate(release_share) AS release_share,
  rate(release_fte) AS release_fte, money(release_dollars) AS release_cost, from_cents(cents) AS role_pay, rate(hours) AS hours,
  money(per_hour) AS pay_per_hour, rate(ratio(per_hour, wage)) AS ratio_to_minimum_wage,
  rate(ratio(per_hour, own_rate)) AS ratio_to_own_rate, rate(ratio(whole_cents / 100, wage)) AS break_even_hours,
  is_held AND whole_cents = 0 AS role_without_pay, pay_without_role
FROM hourly
ORDER BY staff_id, lea_id, school_id, role_code, program_id, school_year
