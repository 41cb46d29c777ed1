WITH led AS (SELECT DISTINCT school_id, school_year, staff_id FROM educator_year WHERE is_leader),
heads AS (SELECT school_id, school_year, count(*) AS leaders FROM led GROUP BY ALL),
moves AS (
  SELECT school_id, school_year, count(*) FILTER (WHERE there AND NOT was) AS gained, count(*) FILTER (WHERE there AND was) AS kept,
    count(*) FILTER (WHERE was AND NOT there) AS lost
  FROM (
    SELECT coalesce(n.school_id, b.school_id) AS school_id, coalesce(n.school_year, b.school_year + 1) AS school_year,
      n.staff_id IS NOT NULL AS there, b.staff_id IS NOT NULL AS was
    FROM led n FULL JOIN led b ON b.school_id = n.school_id AND b.staff_id = n.staff_id AND b.school_year + 1 = n.school_year)
  GROUP BY ALL),
held AS (SELECT school_id, school_year, role_code, count(DISTINCT staff_id) AS holders FROM posts GROUP BY ALL),
vacancies AS (
  SELECT b.school_id, b.school_year + 1 AS school_year, sum(greatest(0, b.holders - coalesce(n.holders, 0))) AS vacant
  FROM held b LEFT JOIN held n ON n.school_id = b.school_id AND n.role_code = b.role_code AND n.school_year = b.school_year + 1 GROUP BY ALL),
acts AS (
  SELECT school_id, year(month) + CAST(month(month) > 6 AS INT) AS school_year, sum(done) AS done, sum(required) AS due
  FROM leadership_activity WHERE kind = 'output' GROUP BY ALL),
befores AS (SELECT DISTINCT lea_id, school_year + 1 AS school_year FROM supervision_span)
SELECT s.school_id, s.school_year, s.lea_id, coalesce(h.leaders, 0) AS leaders,
  CASE WHEN b.lea_id IS NOT NULL THEN coalesce(m.gained, 0) END AS gained, CASE WHEN b.lea_id IS NOT NULL THEN coalesce(m.kept, 0) END AS kept,
  CASE WHEN b.lea_id IS NOT NULL THEN coalesce(m.lost, 0) END AS lost, coalesce(a.done, 0) AS activity_done, coalesce(a.due, 0) AS activity_due,
  s.median_span AS span_median, CASE WHEN b.lea_id IS NOT NULL THEN coalesce(v.vacant, 0) END AS roles_vacant
FROM supervision_span s LEFT JOIN heads h USING (school_id, school_year) LEFT JOIN moves m USING (school_id, school_year)
LEFT JOIN vacancies v USING (school_id, school_year) LEFT JOIN acts a USING (school_id, school_year)
LEFT JOIN befores b ON b.lea_id = s.lea_id AND b.school_year = s.school_year
ORDER BY s.school_id, s.school_year
