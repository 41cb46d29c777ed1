WITH taught AS (
  SELECT staff_id, school_year, sum(students) AS taught
  FROM (
    SELECT lea_id, staff_id, school_year, school_id, position_title, position_id, max(students_taught) AS students
    FROM stays WHERE students_taught IS NOT NULL GROUP BY ALL)
  GROUP BY ALL),
people AS (
  SELECT e.lea_id, e.school_year, CASE WHEN w.by_quartile THEN coalesce(q.poverty_quartile, 0) END AS poverty_quartile,
    coalesce(e.is_top, false) AS is_top, t.taught
  FROM educator_year e CROSS JOIN (VALUES (true), (false)) w(by_quartile) LEFT JOIN taught t USING (staff_id, school_year)
  LEFT JOIN quartiles q ON q.school_id = e.school_id AND q.school_year = e.school_year WHERE e.is_teacher),
counted AS (
  SELECT lea_id, school_year, poverty_quartile, count(taught) AS teachers, count(taught) FILTER (WHERE is_top) AS top_rated,
    coalesce(sum(taught), 0) AS students, coalesce(sum(taught) FILTER (WHERE is_top), 0) AS students_of_top_rated
  FROM people GROUP BY ALL)
SELECT *, rate(ratio(students_of_top_rated, students)) AS share, rate(ratio(students_of_top_rated, top_rated)) AS students_per_top_rated,
  rate(ratio(students - students_of_top_rated, teachers - top_rated)) AS students_per_other
FROM counted
ORDER BY lea_id, school_year, poverty_quartile NULLS LAST
