WITH coached AS (
  SELECT staff_id, lea_id, school_year, count(DISTINCT counterpart_staff_id) AS coachees,
    count(*) FILTER (WHERE score_before IS NOT NULL AND score_after IS NOT NULL) AS focus_set,
    count(*) FILTER (WHERE score_after >= score_before + 1) AS focus_improved, ratio(focus_improved, focus_set) AS share
  FROM leadership SEMI JOIN leader_years USING (staff_id, school_year)
  WHERE event_type IN ('coaching_session', 'observation') AND coalesce(outcome NOT IN ('scheduled', 'denied', 'failed', 'declined'), true)
  GROUP BY ALL HAVING coachees >= (SELECT minimum_coachees FROM parameters)),
spread AS (
  SELECT lea_id, school_year, list_sort(list(share) FILTER (WHERE share IS NOT NULL)) AS shares, median(share) AS lea_median FROM coached GROUP BY ALL)
SELECT c.staff_id, c.lea_id, c.school_year, c.coachees, c.focus_set, c.focus_improved, rate(c.share) AS share,
  rate(s.shares[(len(s.shares) + 3) // 4]) AS lea_p25, rate(s.lea_median) AS lea_median, rate(s.shares[(len(s.shares) * 3 + 3) // 4]) AS lea_p75
FROM coached c JOIN spread s USING (lea_id, school_year)
ORDER BY c.staff_id, c.lea_id, c.school_year
