WITH events AS (
  SELECT e.lea_id, coalesce(e.school_id, y.school_id) AS school_id, date_trunc('month', e.event_date) AS month, e.school_year,
    e.event_type, e.outcome, e.score_after >= e.score_before + 1 AS improved
  FROM leadership e LEFT JOIN lea_years y USING (lea_id, school_year, staff_id)),
told AS (
  SELECT lea_id, school_id, month, school_year, event_type AS measure, 'output' AS kind, outcome = 'completed' AS is_done
  FROM events WHERE event_type IN ('observation', 'coaching_session', 'team_meeting', 'training_delivered')
    AND outcome IN ('completed', 'scheduled')
  UNION ALL
  SELECT lea_id, school_id, month, school_year, 'focus_improved', 'outcome', improved FROM events WHERE improved IS NOT NULL)
SELECT lea_id, school_id, month, measure, max(school_year) AS school_year, kind, count(*) FILTER (WHERE is_done) AS done,
  count(*) AS required, rate(ratio(count(*) FILTER (WHERE is_done), count(*))) AS rate
FROM told GROUP BY ALL
ORDER BY lea_id, school_id, month, measure
