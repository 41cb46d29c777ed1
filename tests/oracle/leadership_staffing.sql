WITH people AS (
  SELECT lea_id, school_year, staff_id, any_value(window_days) AS window_days, sum(fte_microdays) AS all_days,
    coalesce(sum(fte_microdays) FILTER (WHERE staff_classification = 'assistant_principal'), 0) AS ap_days,
    coalesce(sum(fte_microdays) FILTER (WHERE staff_classification = 'instructional_coach'), 0) AS coach_days
  FROM stays GROUP BY lea_id, school_year, staff_id),
wages AS (SELECT lea_id, school_year, staff_id, sum(cents) FILTER (WHERE pay_type <> 'benefit') AS wage FROM pay GROUP BY ALL),
held AS (
  SELECT lea_id, school_year, sum(ap_days) / (any_value(window_days) * 1e6) AS ap_fte, sum(coach_days) / (any_value(window_days) * 1e6) AS coach_fte,
    sum(CASE WHEN all_days > 0 THEN whole(coalesce(wage, 0) * 1000000 * (CAST(ap_days AS DOUBLE) / CAST(all_days AS DOUBLE))) ELSE 0 END) AS ap_fine,
    sum(CASE WHEN all_days > 0 THEN whole(coalesce(wage, 0) * 1000000 * (CAST(coach_days AS DOUBLE) / CAST(all_days AS DOUBLE))) ELSE 0 END) AS coach_fine
  FROM people LEFT JOIN wages USING (lea_id, school_year, staff_id) GROUP BY ALL),
released AS (
  SELECT lea_id, school_year, sum(whole(release_fte * 1e8)) / 1e8 AS fte, sum(whole(release_dollars * 1e8)) / 1e8 AS cost,
    count(*) FILTER (WHERE release_fte > 0 AND release_dollars IS NULL) AS unpriced
  FROM posts GROUP BY ALL),
pupils AS (SELECT lea_id, school_year, sum(enrollment) AS students FROM schools GROUP BY ALL),
known AS (
  SELECT h.lea_id, h.school_year, ap_fte, coach_fte, dollars(ap_fine) * (1 + average_load) AS ap_cost,
    dollars(coach_fine) * (1 + average_load) AS coach_cost, coalesce(r.fte, 0) AS released_leader_fte,
    CASE WHEN coalesce(r.unpriced, 0) = 0 THEN coalesce(r.cost, 0) END AS released_leader_cost, coalesce(p.students, 0) AS students
  FROM held h JOIN lea_loads USING (lea_id) LEFT JOIN released r USING (lea_id, school_year) LEFT JOIN pupils p USING (lea_id, school_year)),
rated AS (
  SELECT *, round(ap_fte * 1e8) AS aps, coach_fte + released_leader_fte AS leading_fte, round(leading_fte * 1e8) AS leads,
    ratio(ap_cost, ap_fte) AS ap_rate, ratio(coach_cost + released_leader_cost, leading_fte) AS leader_rate
  FROM known)
SELECT r.lea_id, r.school_year, rate(r.ap_fte) AS ap_fte, money(r.ap_cost) AS ap_cost, rate(r.coach_fte) AS coach_fte,
  money(r.coach_cost) AS coach_cost, rate(r.released_leader_fte) AS released_leader_fte, money(r.released_leader_cost) AS released_leader_cost,
  r.students, rate(ratio(r.ap_fte * 1000, r.students)) AS ap_fte_per_1000, money(ratio(r.ap_cost * 1000, r.students)) AS ap_cost_per_1000,
  rate(ratio(r.coach_fte * 1000, r.students)) AS coach_fte_per_1000, money(ratio(r.coach_cost * 1000, r.students)) AS coach_cost_per_1000,
  rate(ratio(r.released_leader_fte * 1000, r.students)) AS released_leader_fte_per_1000,
  money(ratio(r.released_leader_cost * 1000, r.students)) AS released_leader_cost_per_1000,
  r.aps < b.aps AND b.aps < c.aps AND r.leads > b.leads AND b.leads > c.leads AND r.leader_rate < b.ap_rate AS ap_falls_leaders_rise
FROM rated r LEFT JOIN rated b ON b.lea_id = r.lea_id AND b.school_year = r.school_year - 1
LEFT JOIN rated c ON c.lea_id = r.lea_id AND c.school_year = r.school_year - 2
ORDER BY r.lea_id, r.school_year
