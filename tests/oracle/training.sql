WITH courses AS (
  SELECT staff_id, school_year, sum(whole(coalesce(quantity, 0) * 1000000)) AS hour_parts, count(*) - count(quantity) AS lacking
  FROM leadership WHERE event_type = 'course_completed' AND coalesce(outcome NOT IN ('denied', 'failed', 'declined', 'scheduled'), true)
  GROUP BY ALL),
groups AS (
  SELECT e.lea_id, e.school_year, CASE WHEN e.is_leader THEN 'leaders' ELSE 'others' END AS comparison_group, count(*) AS persons,
    coalesce(sum(c.hour_parts), 0) / 1000000 AS hours, coalesce(sum(c.lacking), 0) AS courses_without_hours
  FROM educator_year e LEFT JOIN courses c USING (staff_id, school_year) WHERE e.is_teacher OR e.is_leader GROUP BY ALL)
SELECT lea_id, school_year, comparison_group, persons, rate(hours) AS hours, rate(ratio(hours, persons)) AS hours_per_person, courses_without_hours
FROM groups
ORDER BY lea_id, school_year, comparison_group
