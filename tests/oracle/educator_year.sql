WITH everywhere AS (
  SELECT staff_id, school_year, bool_or(is_teacher) AS is_teacher, sum(whole(fte * 1000000)) / 1e6 AS fte,
    max(years_experience) AS years_experience FROM lea_years GROUP BY ALL),
rated AS (
  SELECT r.* FROM ratings r LEFT JOIN districts d USING (lea_id)
  QUALIFY row_number() OVER (PARTITION BY r.lea_id, r.staff_id, r.school_year
    ORDER BY r.rating_reason IS NOT NULL, coalesce(r.rating_system <> d.rating_system, true), r.rating_system) = 1),
paid AS (SELECT staff_id, school_year, CAST(sum(pay_cents) AS BIGINT) AS cents FROM pay_totals GROUP BY ALL),
reports AS (SELECT DISTINCT lea_id, school_year - 1 AS school_year FROM lea_years),
people AS (
  SELECT r.staff_id, r.school_year, r.lea_id, r.school_id, l.staff_classification, e.is_teacher, half_up(e.fte, 1000000) AS fte,
    e.years_experience
  FROM record_years r JOIN lea_years l USING (lea_id, staff_id, school_year) JOIN everywhere e USING (staff_id, school_year))
SELECT p.*, t.rating_system, CASE WHEN t.rating_reason IS NULL THEN t.sent END AS rating_level,
  CASE WHEN t.rating_reason IS NULL THEN t.band END AS band, CASE WHEN t.rating_reason IS NULL THEN t.is_top END AS is_top,
  CASE WHEN t.rating_system IS NULL THEN 'absent' ELSE t.rating_reason END AS rating_reason,
  from_cents(coalesce(paid.cents, 0)) AS pay_total, l.staff_id IS NOT NULL AS is_leader,
  h.staff_id IS NOT NULL AS is_other_leader,
  CASE WHEN o.lea_id IS NULL THEN 'outcome_unknown' WHEN n.lea_id IS NULL THEN 'left_state_schools'
       WHEN p.is_teacher AND NOT n.is_teacher THEN 'leave_teaching' WHEN n.lea_id <> p.lea_id THEN 'move_lea'
       WHEN n.school_id <> p.school_id THEN 'move_school' ELSE 'stay_school' END AS next_year_outcome
FROM people p LEFT JOIN rated t USING (lea_id, staff_id, school_year) LEFT JOIN paid USING (staff_id, school_year)
LEFT JOIN leader_years l USING (staff_id, school_year) LEFT JOIN other_leader_years h USING (staff_id, school_year)
LEFT JOIN reports o ON o.lea_id = p.lea_id AND o.school_year = p.school_year
LEFT JOIN people n ON n.staff_id = p.staff_id AND n.school_year = p.school_year + 1
ORDER BY staff_id, school_year
