WITH people AS (
  SELECT e.*, coalesce(e.band, 0) AS cell_band, coalesce(q.poverty_quartile, 0) AS cell_poverty,
    CASE WHEN e.years_experience IS NULL THEN -1
         ELSE len(list_filter(k.experience_from, lambda start: e.years_experience >= start)) END AS cell_experience
  FROM educator_year e CROSS JOIN parameters k LEFT JOIN quartiles q USING (school_id, school_year)),
led AS (
  SELECT l.lea_id, l.program_id, l.school_year, p.next_year_outcome, p.cell_band, p.cell_experience, p.cell_poverty
  FROM leaders l JOIN people p USING (staff_id, school_year)),
others AS (SELECT * FROM people WHERE is_teacher AND NOT is_leader),
tall AS (
  SELECT lea_id, program_id, school_year, 'leaders' AS comparison_group, next_year_outcome, 1 AS persons FROM led
  UNION ALL
  SELECT lea_id, program_id, school_year, comparison_group, next_year_outcome, persons
  FROM adopted JOIN (
    SELECT lea_id, school_year, 'others' AS comparison_group, next_year_outcome, count(*) AS persons FROM others GROUP BY ALL
    UNION ALL
    SELECT lea_id, school_year, 'top_rated', next_year_outcome, count(*) FROM people WHERE is_teacher AND is_top GROUP BY ALL)
  USING (lea_id, school_year)),
outcomes AS (
  SELECT lea_id, program_id, school_year, comparison_group, sum(persons) AS persons,
    coalesce(sum(persons) FILTER (WHERE next_year_outcome = 'stay_school'), 0) AS stay_school,
    coalesce(sum(persons) FILTER (WHERE next_year_outcome = 'move_school'), 0) AS move_school,
    coalesce(sum(persons) FILTER (WHERE next_year_outcome = 'move_lea'), 0) AS move_lea,
    coalesce(sum(persons) FILTER (WHERE next_year_outcome = 'leave_teaching'), 0) AS leave_teaching,
    coalesce(sum(persons) FILTER (WHERE next_year_outcome = 'left_state_schools'), 0) AS left_state_schools,
    coalesce(sum(persons) FILTER (WHERE next_year_outcome = 'outcome_unknown'), 0) AS outcome_unknown
  FROM tall GROUP BY ALL),
led_cells AS (
  SELECT lea_id, program_id, school_year, cell_band, cell_experience, cell_poverty, count(*) AS n,
    count(*) FILTER (WHERE next_year_outcome IN ('stay_school', 'move_school')) AS lea,
    count(*) FILTER (WHERE next_year_outcome = 'stay_school') AS school,
    count(*) FILTER (WHERE next_year_outcome IN ('stay_school', 'move_school', 'move_lea')) AS teaching,
    count(*) FILTER (WHERE next_year_outcome IN ('left_state_schools', 'move_lea')) AS gone
  FROM led WHERE next_year_outcome <> 'outcome_unknown' GROUP BY ALL),
other_cells AS (
  SELECT lea_id, school_year, cell_band, cell_experience, cell_poverty, count(*) AS n,
    count(*) FILTER (WHERE next_year_outcome IN ('stay_school', 'move_school')) AS lea,
    count(*) FILTER (WHERE next_year_outcome = 'stay_school') AS school,
    count(*) FILTER (WHERE next_year_outcome IN ('stay_school', 'move_school', 'move_lea')) AS teaching,
    count(*) FILTER (WHERE next_year_outcome IN ('left_state_schools', 'move_lea')) AS gone
  FROM others WHERE next_year_outcome <> 'outcome_unknown' GROUP BY ALL),
compared AS (
  SELECT l.lea_id, l.program_id, l.school_year, sum(l.n) AS compared, sum(o.n) AS compared_with,
    sum(l.lea) - sum(whole(o.lea * l.n / o.n * 1e9)) / 1e9 AS more_lea,
    sum(l.school) - sum(whole(o.school * l.n / o.n * 1e9)) / 1e9 AS more_school,
    sum(l.teaching) - sum(whole(o.teaching * l.n / o.n * 1e9)) / 1e9 AS more_teaching,
    sum(l.gone) - sum(whole(o.gone * l.n / o.n * 1e9)) / 1e9 AS more_gone
  FROM led_cells l JOIN other_cells o USING (lea_id, school_year, cell_band, cell_experience, cell_poverty)
  GROUP BY l.lea_id, l.program_id, l.school_year),
sizes AS (SELECT lea_id, school_year, sum(enrollment) AS enrollment FROM schools WHERE enrollment IS NOT NULL GROUP BY ALL),
shown AS (
  SELECT o.*, c.* EXCLUDE (lea_id, program_id, school_year), o.comparison_group = 'leaders' AS mine,
    o.comparison_group = 'leaders' AND coalesce(c.compared >= k.minimum_leaders AND c.compared_with >= k.minimum_others, false) AS shown,
    CASE WHEN s.enrollment < k.small_below THEN k.small WHEN s.enrollment <= k.medium_to THEN k.medium
         WHEN s.enrollment IS NOT NULL THEN k.large END AS unit_cost
  FROM outcomes o CROSS JOIN parameters k LEFT JOIN compared c USING (lea_id, program_id, school_year)
  LEFT JOIN sizes s USING (lea_id, school_year))
SELECT lea_id, program_id, school_year, comparison_group, persons, stay_school, move_school, move_lea, leave_teaching, left_state_schools, outcome_unknown,
  CASE WHEN mine THEN coalesce(compared, 0) END AS compared, CASE WHEN mine THEN coalesce(compared_with, 0) END AS compared_with,
  CASE WHEN shown THEN rate(more_lea / compared) END AS difference,
  CASE WHEN shown THEN rate(more_school / compared) END AS difference_stay_school,
  CASE WHEN shown THEN rate(more_teaching / compared) END AS difference_stay_teaching,
  CASE WHEN NOT mine THEN 'not_applicable' WHEN shown THEN 'ok' ELSE 'not_enough_data' END AS difference_status,
  CASE WHEN comparison_group = 'top_rated' THEN left_state_schools + move_lea END AS top_lost,
  CASE WHEN shown THEN money(-more_gone * unit_cost) END AS turnover_cost_avoided
FROM shown
ORDER BY lea_id, program_id, school_year, comparison_group
