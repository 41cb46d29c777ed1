-- M16's cohort of each LEA's program at its base year: states (level and years at it), yearly moves, unit costs, steps.
CREATE TEMP TABLE states AS
SELECT lea_id, program_id, staff_id, school_year, coalesce(l.leads, state_tier >= k.leader_tier) AS leads,
  level || ':' || CAST(least(2, greatest(1, coalesce(years_at_level, 1))) AS VARCHAR) AS state
FROM designation CROSS JOIN parameters k LEFT JOIN level_leads l USING (program_id, level) WHERE level IS NOT NULL;

CREATE TEMP TABLE moves AS
WITH own AS (
  SELECT lea_id, program_id, from_state, to_state, count(*) AS moved
  FROM (
    SELECT coalesce(n.lea_id, b.lea_id) AS lea_id, coalesce(n.program_id, b.program_id) AS program_id,
      coalesce(n.school_year, b.school_year + 1) AS school_year, b.state AS from_state, n.state AS to_state
    FROM states n FULL JOIN states b
      ON b.lea_id = n.lea_id AND b.program_id = n.program_id AND b.staff_id = n.staff_id AND b.school_year + 1 = n.school_year)
  JOIN base_years USING (lea_id, program_id) WHERE school_year > first_year AND school_year <= base_year GROUP BY ALL),
wide AS (SELECT program_id, from_state, to_state, sum(moved) AS moved FROM own GROUP BY ALL)
SELECT b.lea_id, b.program_id, w.from_state, w.to_state, coalesce(o.moved, 0) AS moved, w.moved AS moved_statewide
FROM base_years b JOIN wide w USING (program_id)
LEFT JOIN own o ON o.lea_id = b.lea_id AND o.program_id = b.program_id
  AND o.from_state IS NOT DISTINCT FROM w.from_state AND o.to_state IS NOT DISTINCT FROM w.to_state;

CREATE TEMP TABLE climbs AS
WITH rises AS (
  SELECT lea_id, school_year, lane, step, max(step) OVER (PARTITION BY lea_id, school_year, lane) AS last_step,
    whole((lead(cents(amount)) OVER (PARTITION BY lea_id, school_year, lane ORDER BY step) / cents(amount) - 1) * 1e6) AS rise
  FROM salary_schedules),
people AS (
  SELECT p.lea_id, p.program_id, y.salary_step, p.increment_fine, p.pay_fine, r.rise, r.last_step, b.staff_id IS NULL AS fresh
  FROM leader_pay p JOIN base_years s ON s.lea_id = p.lea_id AND s.program_id = p.program_id AND s.base_year = p.school_year
  JOIN lea_years y ON y.lea_id = p.lea_id AND y.school_year = p.school_year AND y.staff_id = p.staff_id
  LEFT JOIN leader_pay b ON b.lea_id = p.lea_id AND b.program_id = p.program_id AND b.staff_id = p.staff_id
    AND b.school_year = p.school_year - 1
  LEFT JOIN rises r ON r.lea_id = p.lea_id AND r.school_year = p.school_year AND r.lane = y.salary_lane AND r.step = y.salary_step
  WHERE y.salary_step IS NOT NULL)
SELECT lea_id, program_id, avg(salary_step) AS step_now,
  coalesce(avg(salary_step) FILTER (WHERE fresh), avg(salary_step)) AS step_entry, max(last_step) AS step_last,
  avg(coalesce(rise, 0)) / 1000000 * least(1, greatest(0, coalesce(ratio(sum(increment_fine), sum(pay_fine)), 0))) AS step_growth
FROM people GROUP BY ALL HAVING max(last_step) IS NOT NULL;

CREATE TEMP TABLE cohorts AS
SELECT b.lea_id, b.program_id, b.base_year, c.cost, c.cost_status, c.leaders, c.release_dollars, 1 + c.marginal_load AS load,
  c.schedule_cents / 100 * (1 + c.marginal_load) AS scheduled,
  c.cost_status = 'ok' AND b.first_year < b.base_year AS can_project, b.base_year - b.first_year AS years_seen,
  coalesce(s.step_now, 0) AS step_now, coalesce(s.step_entry, 0) AS step_entry, coalesce(s.step_growth, 0) AS step_growth,
  coalesce(s.step_last, 0) AS step_last
FROM base_years b JOIN costs c ON c.lea_id = b.lea_id AND c.program_id = b.program_id AND c.school_year = b.base_year
LEFT JOIN climbs s ON s.lea_id = b.lea_id AND s.program_id = b.program_id;

CREATE TEMP TABLE cohort_states AS
WITH starts AS (
  SELECT lea_id, program_id, s.state, count(*) AS persons, count(p.pay_fine) AS leaders, dollars(coalesce(sum(p.pay_fine), 0)) AS pay
  FROM states s JOIN base_years b USING (lea_id, program_id)
  LEFT JOIN leader_pay p USING (lea_id, program_id, school_year, staff_id)
  WHERE s.school_year = b.base_year GROUP BY ALL),
entries AS (
  SELECT lea_id, program_id, to_state AS state, moved / years_seen AS entries
  FROM moves JOIN cohorts USING (lea_id, program_id) WHERE can_project AND from_state IS NULL AND to_state IS NOT NULL),
tiers AS (SELECT program_id, state, bool_or(leads) AS leads FROM states GROUP BY ALL),
named AS (
  SELECT lea_id, program_id, state FROM starts
  UNION SELECT lea_id, program_id, to_state FROM moves WHERE to_state IS NOT NULL
  UNION SELECT lea_id, program_id, from_state FROM moves WHERE from_state IS NOT NULL),
whole_program AS (
  SELECT lea_id, program_id, sum(leaders) AS heads, sum(pay) AS pay FROM starts GROUP BY ALL),
joined AS (
  SELECT lea_id, program_id, state, coalesce(s.persons, 0) AS persons, coalesce(e.entries, 0) AS entries,
    coalesce(s.pay, 0) AS pay, coalesce(s.leaders, 0) AS leaders, c.load,
    CASE WHEN w.heads > 0 THEN c.release_dollars / w.heads ELSE 0 END AS release,
    CASE WHEN w.heads > 0 THEN w.pay * c.load / w.heads ELSE 0 END AS mean_pay,
    CASE WHEN s.persons > 0 THEN s.leaders / s.persons ELSE CAST(coalesce(t.leads, false) AS DOUBLE) END AS is_leader
  FROM named JOIN cohorts c USING (lea_id, program_id) LEFT JOIN starts s USING (lea_id, program_id, state)
  LEFT JOIN entries e USING (lea_id, program_id, state) LEFT JOIN tiers t USING (program_id, state)
  LEFT JOIN whole_program w USING (lea_id, program_id)
  WHERE c.can_project)
SELECT lea_id, program_id, state, persons, entries, is_leader,
  CASE WHEN persons > 0 THEN (pay * load + release * leaders) / persons ELSE (mean_pay + release) * is_leader END AS unit
FROM joined;

-- yearly shares; a null end is exit; who was never seen to move, stays
CREATE TEMP TABLE cohort_moves AS
WITH weighed AS (
  SELECT m.*, sum(moved) OVER w AS own_total, sum(moved_statewide) OVER w AS wide_total
  FROM moves m WHERE from_state IS NOT NULL WINDOW w AS (PARTITION BY lea_id, program_id, from_state))
SELECT lea_id, program_id, from_state, to_state,
  (moved + k.prior_persons * moved_statewide / wide_total) / (own_total + k.prior_persons) AS share
FROM weighed CROSS JOIN parameters k WHERE own_total + k.prior_persons > 0
UNION ALL
SELECT s.lea_id, s.program_id, s.state, s.state, 1.0
FROM cohort_states s WHERE NOT EXISTS (
  SELECT 1 FROM weighed w CROSS JOIN parameters k WHERE w.lea_id = s.lea_id AND w.program_id = s.program_id
    AND w.from_state = s.state AND w.own_total + k.prior_persons > 0);
