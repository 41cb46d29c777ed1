WITH pupils AS (
  SELECT s.lea_id, s.school_year, q.poverty_quartile, sum(s.enrollment) AS students, 0 AS teachers, 0 AS leaders, 0 AS other_leaders, 0 AS pay_fine
  FROM schools s SEMI JOIN lea_years y ON y.lea_id = s.lea_id AND y.school_year = s.school_year
  JOIN quartiles q ON q.school_id = s.school_id AND q.school_year = s.school_year GROUP BY ALL),
people AS (
  SELECT e.lea_id, e.school_year, coalesce(q.poverty_quartile, 0) AS poverty_quartile, 0, count(*) FILTER (WHERE e.is_teacher),
    count(*) FILTER (WHERE e.is_leader), count(*) FILTER (WHERE e.is_other_leader), 0
  FROM educator_year e LEFT JOIN quartiles q USING (school_id, school_year) GROUP BY ALL),
paid AS (
  SELECT r.lea_id, r.school_year, coalesce(q.poverty_quartile, 0) AS poverty_quartile, 0, 0, 0, 0,
    sum(whole(dollars(p.pay_fine) * (1 + l.marginal_load) * 1e8))
  FROM (SELECT lea_id, school_year, staff_id, sum(pay_fine) AS pay_fine FROM leader_pay GROUP BY ALL) p JOIN lea_loads l USING (lea_id)
  JOIN record_years r ON r.staff_id = p.staff_id AND r.school_year = p.school_year
  LEFT JOIN quartiles q ON q.school_id = r.school_id AND q.school_year = r.school_year GROUP BY ALL),
cells AS (
  SELECT lea_id, school_year, poverty_quartile, coalesce(sum(students), 0) AS students, sum(teachers) AS teachers, sum(leaders) AS leaders,
    sum(other_leaders) AS other_leaders, dollars(sum(pay_fine)) AS loaded
  FROM (FROM pupils UNION ALL FROM people UNION ALL FROM paid)
  GROUP BY GROUPING SETS ((lea_id, school_year, poverty_quartile), (school_year, poverty_quartile)))
SELECT lea_id, school_year, poverty_quartile, students, teachers, leaders, other_leaders, rate(ratio(students, leaders)) AS students_per_leader,
  rate(ratio(leaders * 100, teachers)) AS leaders_per_100_teachers, money(loaded) AS leader_pay,
  money(ratio(loaded, students)) AS leader_pay_per_student
FROM cells
ORDER BY lea_id NULLS LAST, school_year, poverty_quartile
