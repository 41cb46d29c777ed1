WITH there AS (
  SELECT e.school_id, e.school_year, min(e.lea_id) AS lea_id, coalesce(any_value(q.poverty_quartile), 0) AS poverty_quartile,
    bool_or(e.is_leader) AS leads
  FROM educator_year e LEFT JOIN quartiles q USING (school_id, school_year) WHERE e.is_teacher GROUP BY ALL),
led AS (
  SELECT DISTINCT e.school_id, e.school_year, l.program_id
  FROM leaders l JOIN educator_year e USING (staff_id, school_year) WHERE e.is_teacher AND e.is_leader),
at_work AS (
  SELECT lea_id, program_id, school_year FROM adopted
  UNION SELECT t.lea_id, l.program_id, l.school_year FROM led l JOIN there t USING (school_id, school_year)),
cells AS (
  SELECT lea_id, NULL AS program_id, school_year, poverty_quartile, leads FROM there
  UNION ALL
  SELECT t.lea_id, a.program_id, t.school_year, t.poverty_quartile, l.program_id IS NOT NULL
  FROM there t JOIN at_work a USING (lea_id, school_year)
  LEFT JOIN led l ON l.school_id = t.school_id AND l.school_year = t.school_year AND l.program_id = a.program_id),
cut AS (
  SELECT CASE WHEN w.by_lea THEN lea_id END AS lea_id, program_id, school_year,
    CASE WHEN w.by_quartile THEN poverty_quartile END AS poverty_quartile, leads
  FROM cells CROSS JOIN (VALUES (true, true), (true, false), (false, true), (false, false)) w(by_lea, by_quartile))
SELECT lea_id, program_id, school_year, poverty_quartile, count(*) AS schools, count(*) FILTER (WHERE leads) AS schools_with_leader,
  rate(ratio(count(*) FILTER (WHERE leads), count(*))) AS coverage
FROM cut GROUP BY lea_id, program_id, school_year, poverty_quartile
ORDER BY lea_id NULLS LAST, program_id NULLS LAST, school_year, poverty_quartile NULLS LAST
