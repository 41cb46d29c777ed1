WITH people AS (
  SELECT e.*, CASE WHEN e.years_experience IS NULL THEN 'not_known'
      WHEN e.years_experience < k.experience_from[1] THEN format('below {:g}', CAST(k.experience_from[1] AS DOUBLE))
      ELSE format('from {:g}', CAST(list_filter(k.experience_from, lambda start: e.years_experience >= start)[-1] AS DOUBLE))
      END AS by_experience,
    coalesce(CAST(nullif(q.poverty_quartile, 0) AS VARCHAR), 'not_known') AS by_poverty,
    coalesce(CAST(e.band AS VARCHAR), 'not_known') AS by_rating
  FROM educator_year e CROSS JOIN parameters k LEFT JOIN quartiles q USING (school_id, school_year) WHERE e.is_teacher),
top AS (
  SELECT *, next_year_outcome IN ('left_state_schools', 'move_lea') AS lost FROM people WHERE is_top AND next_year_outcome <> 'outcome_unknown'),
reasons AS (
  SELECT lea_id, school_year, staff_id, last(exit_reason ORDER BY begin_date, exit_reason) AS reason
  FROM stays WHERE exit_reason IS NOT NULL GROUP BY ALL),
all_top AS (SELECT lea_id, school_year, count(*) AS out_of FROM top GROUP BY ALL),
lost_for AS (
  SELECT t.lea_id, t.school_year, coalesce(r.reason, 'not_said') AS cut, count(*) AS counted
  FROM top t LEFT JOIN reasons r USING (lea_id, school_year, staff_id) WHERE t.lost GROUP BY ALL),
tall AS (
  UNPIVOT (SELECT lea_id, school_year, staff_id, by_experience, by_poverty, by_rating FROM people)
  ON by_experience, by_poverty, by_rating INTO NAME what VALUE cut),
nominated AS (SELECT DISTINCT lea_id, school_year, staff_id FROM leadership WHERE event_type = 'nomination'),
made AS (
  SELECT n.lea_id, n.school_year, w.what, coalesce(t.cut, 'not_known') AS cut, count(*) AS counted
  FROM nominated n CROSS JOIN (VALUES ('by_experience'), ('by_poverty'), ('by_rating')) w(what)
  LEFT JOIN tall t USING (lea_id, school_year, staff_id, what) GROUP BY ALL),
there AS (
  SELECT lea_id, school_year, what, cut, count(*) AS pool FROM tall SEMI JOIN nominated USING (lea_id, school_year) GROUP BY ALL),
nominees AS (
  SELECT lea_id, school_year, what, cut, coalesce(m.counted, 0) AS counted, coalesce(t.pool, 0) AS pool
  FROM made m FULL JOIN there t USING (lea_id, school_year, what, cut)),
pupils AS (SELECT lea_id, school_year, sum(students) AS counted, sum(teachers) AS out_of FROM access WHERE lea_id IS NOT NULL GROUP BY ALL),
found AS (
  SELECT lea_id, school_year, 'top_lost_by_poverty' AS monitor, by_poverty AS cut, count(*) FILTER (WHERE lost) AS counted,
    count(*) AS out_of, NULL AS compared_with FROM top GROUP BY ALL
  UNION ALL
  SELECT lea_id, school_year, 'top_lost_by_reason', l.cut, l.counted, a.out_of, NULL FROM lost_for l JOIN all_top a USING (lea_id, school_year)
  UNION ALL
  SELECT t.lea_id, t.school_year, 'top_to_other_post', 'all',
    count(*) FILTER (WHERE t.next_year_outcome = 'leave_teaching' AND n.staff_id IS NULL), count(*), NULL
  FROM top t LEFT JOIN educator_year n ON n.staff_id = t.staff_id AND n.school_year = t.school_year + 1 AND n.is_leader GROUP BY ALL
  UNION ALL
  SELECT lea_id, school_year, 'nominees_' || what, cut, counted, sum(counted) OVER w, ratio(pool, sum(pool) OVER w)
  FROM nominees WINDOW w AS (PARTITION BY lea_id, school_year, what)
  UNION ALL
  SELECT p.lea_id, p.school_year, 'pupils_per_teacher', 'all', p.counted, p.out_of, ratio(b.counted, b.out_of)
  FROM pupils p LEFT JOIN pupils b ON b.lea_id = p.lea_id AND b.school_year = p.school_year - 1)
SELECT lea_id, school_year, monitor, cut, counted, out_of, rate(ratio(counted, out_of)) AS value, rate(compared_with) AS compared_with,
  rate(ratio(counted, out_of) - compared_with) AS difference
FROM found
ORDER BY lea_id, school_year, monitor, cut
