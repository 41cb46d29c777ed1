WITH scopes AS (SELECT * FROM (VALUES (true), (false)) w(by_lea)),
people AS (SELECT CASE WHEN by_lea THEN e.lea_id END AS scope, e.* FROM educator_year e CROSS JOIN scopes),
bounds AS (SELECT min(school_year) AS first_year, max(school_year) AS last_year FROM educator_year),
after AS (
  SELECT DISTINCT p.scope, p.school_year, y.years_after
  FROM people p CROSS JOIN bounds b, LATERAL (SELECT unnest(range(11)) AS years_after) y WHERE p.school_year + y.years_after <= b.last_year),
led AS (
  SELECT a.*, p.staff_id FROM after a JOIN people p ON p.scope IS NOT DISTINCT FROM a.scope AND p.school_year = a.school_year WHERE p.is_leader),
promoted AS (
  SELECT l.scope, l.school_year, l.years_after, count(DISTINCT l.staff_id) AS leaders,
    count(DISTINCT l.staff_id) FILTER (WHERE h.staff_classification = 'assistant_principal') AS to_ap,
    count(DISTINCT l.staff_id) FILTER (WHERE h.staff_classification = 'principal') AS to_principal
  FROM led l LEFT JOIN educator_year h
    ON h.staff_id = l.staff_id AND h.school_year BETWEEN l.school_year AND l.school_year + l.years_after
  GROUP BY ALL),
first_led AS (SELECT staff_id, min(school_year) AS led_from FROM educator_year WHERE is_leader GROUP BY ALL),
fresh AS (
  SELECT e.lea_id, e.school_year, coalesce(l.led_from < e.school_year, false) AS led
  FROM (SELECT * FROM educator_year WHERE staff_classification = 'principal'
    QUALIFY school_year = min(school_year) OVER (PARTITION BY staff_id)) e LEFT JOIN first_led l USING (staff_id)),
principals AS (
  SELECT CASE WHEN by_lea THEN lea_id END AS scope, school_year, count(*) AS new_principals, count(*) FILTER (WHERE led) AS who_led
  FROM fresh CROSS JOIN scopes GROUP BY ALL),
licences AS (
  SELECT y.lea_id, y.school_year, y.staff_id, y.staff_classification IN ('principal', 'assistant_principal') AS administers, e.event_code,
    last(coalesce(e.outcome IN ('failed', 'denied'), false) ORDER BY e.event_date, coalesce(e.outcome IN ('failed', 'denied'), false)) AS refused,
    last(e.valid_until ORDER BY e.event_date, coalesce(e.outcome IN ('failed', 'denied'), false)) AS valid_until
  FROM lea_years y SEMI JOIN record_years r ON r.staff_id = y.staff_id AND r.school_year = y.school_year AND r.lea_id = y.lea_id
  JOIN leadership e USING (staff_id) CROSS JOIN parameters k
  WHERE e.event_type IN ('credential', 'certificate') AND list_contains(k.administrator_credentials, e.event_code)
    AND e.event_date <= make_date(y.school_year, 6, 30)
  GROUP BY ALL),
holders AS (
  SELECT DISTINCT lea_id, school_year, staff_id, administers FROM licences
  WHERE NOT refused AND (valid_until IS NULL OR valid_until >= make_date(school_year, 6, 30))),
licensed AS (
  SELECT CASE WHEN by_lea THEN lea_id END AS scope, school_year, count(*) AS licences, count(*) FILTER (WHERE NOT administers) AS idle
  FROM holders CROSS JOIN scopes GROUP BY ALL)
SELECT a.scope AS lea_id, a.school_year, a.years_after, coalesce(p.leaders, 0) AS leaders, coalesce(p.to_ap, 0) AS to_ap,
  coalesce(p.to_principal, 0) AS to_principal,
  CASE WHEN a.school_year > b.first_year THEN coalesce(n.new_principals, 0) END AS new_principals,
  CASE WHEN a.school_year > b.first_year THEN coalesce(n.who_led, 0) END AS new_principals_who_led,
  CASE WHEN len(k.administrator_credentials) > 0 THEN coalesce(l.idle, 0) END AS licensed_non_administrators,
  rate(ratio(l.idle, l.licences)) AS licensed_share
FROM after a CROSS JOIN bounds b CROSS JOIN parameters k
LEFT JOIN promoted p ON p.scope IS NOT DISTINCT FROM a.scope AND p.school_year = a.school_year AND p.years_after = a.years_after
LEFT JOIN principals n ON n.scope IS NOT DISTINCT FROM a.scope AND n.school_year = a.school_year
LEFT JOIN licensed l ON l.scope IS NOT DISTINCT FROM a.scope AND l.school_year = a.school_year
ORDER BY lea_id NULLS LAST, a.school_year, a.years_after
