WITH holders AS (SELECT * FROM designation WHERE level IS NOT NULL AND state_tier >= 1),
held AS (
  SELECT lea_id, program_id, school_year, count(*) AS designees, coalesce(sum(cents(amount)), 0) AS amount_cents,
    count(*) FILTER (WHERE amount IS NULL) AS unpriced
  FROM holders GROUP BY ALL),
offers AS (
  SELECT lea_id, program_id, school_year, count(*) FILTER (WHERE status IN ('earned', 'renewed')) AS won,
    count(*) FILTER (WHERE status = 'declined') AS declined
  FROM designation GROUP BY ALL),
teachers AS (SELECT lea_id, school_year, count(*) AS teachers FROM lea_years WHERE is_teacher GROUP BY ALL),
stable AS (
  SELECT b.lea_id, b.program_id, b.school_year + 1 AS school_year, count(n.staff_id) / count(*) AS stability
  FROM holders b JOIN lea_years y ON y.lea_id = b.lea_id AND y.staff_id = b.staff_id AND y.school_year = b.school_year + 1
  LEFT JOIN holders n ON n.lea_id = b.lea_id AND n.program_id = b.program_id AND n.staff_id = b.staff_id
    AND n.school_year = b.school_year + 1
  GROUP BY b.lea_id, b.program_id, b.school_year),
known AS (
  SELECT o.*, coalesce(h.designees, 0) AS designees, coalesce(h.unpriced, 0) AS unpriced, t.teachers, s.stability,
    a.lea_id IS NOT NULL AS adopted,
    CASE WHEN coalesce(h.unpriced, 0) = 0 THEN coalesce(h.amount_cents, 0) / 100 * (1 + marginal_load) END AS cost
  FROM offers o JOIN lea_loads USING (lea_id) LEFT JOIN held h USING (lea_id, program_id, school_year)
  LEFT JOIN teachers t USING (lea_id, school_year) LEFT JOIN stable s USING (lea_id, program_id, school_year)
  LEFT JOIN adopted a USING (lea_id, program_id, school_year))
SELECT lea_id, program_id, school_year, designees, rate(ratio(designees, teachers)) AS share_of_teachers, money(cost) AS cost,
  CASE WHEN unpriced > 0 THEN 'not_configured' ELSE 'ok' END AS cost_status, money(ratio(cost, designees)) AS cost_per_designee,
  rate(stability) AS stability, declined, rate(ratio(won, won + declined)) AS take_up, adopted
FROM known
ORDER BY lea_id, program_id, school_year
