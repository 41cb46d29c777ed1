WITH firsts AS (
  SELECT * FROM educator_year QUALIFY school_year = min(school_year) OVER (PARTITION BY staff_id)),
entries AS (
  SELECT f.staff_id, f.lea_id AS entry_lea, f.school_year AS cohort_year, f.school_id, coalesce(f.band, 0) AS band,
    coalesce(q.poverty_quartile, 0) AS poverty_quartile, f.is_leader AS led_first
  FROM firsts f LEFT JOIN quartiles q USING (school_id, school_year) WHERE f.is_teacher AND f.years_experience <= 1),
years AS (
  SELECT e.*, y.years_after, e.cohort_year + y.years_after AS school_year
  FROM entries e, LATERAL (SELECT unnest(range(1, 11)) AS years_after) y
  WHERE e.cohort_year + y.years_after <= (SELECT max(school_year) FROM educator_year)),
seen AS (
  SELECT y.*, n.lea_id AS now_lea, n.school_id AS now_school, coalesce(n.is_teacher, false) AS teaches,
    coalesce(last_value(n.lea_id IGNORE NULLS) OVER w, y.entry_lea) AS last_lea,
    y.led_first OR coalesce(bool_or(n.is_leader) OVER before, false) AS has_led
  FROM years y LEFT JOIN educator_year n ON n.staff_id = y.staff_id AND n.school_year = y.school_year
  WINDOW w AS (PARTITION BY y.staff_id ORDER BY y.years_after ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW),
    before AS (PARTITION BY y.staff_id ORDER BY y.years_after ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)),
known AS (
  SELECT s.*, s.now_lea IS NOT NULL OR r.lea_id IS NOT NULL AS is_known
  FROM seen s LEFT JOIN (SELECT DISTINCT lea_id, school_year FROM lea_years) r ON r.lea_id = s.last_lea AND r.school_year = s.school_year),
ends AS (
  SELECT staff_id, min(years_after) AS end_at, arg_min(NOT is_known, years_after) AS end_lost FROM known WHERE NOT teaches GROUP BY ALL),
persons AS (
  SELECT CASE WHEN w.by_lea THEN k.entry_lea END AS lea_id, k.*, CASE WHEN e.end_at <= k.years_after THEN e.end_at END AS stopped_at,
    coalesce(e.end_at <= k.years_after AND e.end_lost, false) AS is_lost
  FROM known k LEFT JOIN ends e USING (staff_id) CROSS JOIN (VALUES (true), (false)) w(by_lea)),
cells AS (
  SELECT DISTINCT lea_id, cohort_year, years_after, band, poverty_quartile FROM persons WHERE has_led),
grouped AS (
  SELECT *, 'all' AS comparison_group FROM persons
  UNION ALL SELECT *, 'leaders' FROM persons WHERE has_led
  UNION ALL SELECT p.*, 'others' FROM persons p WHERE NOT has_led AND EXISTS (
    SELECT 1 FROM cells c WHERE c.lea_id IS NOT DISTINCT FROM p.lea_id AND c.cohort_year = p.cohort_year AND c.years_after = p.years_after
      AND c.band = p.band AND c.poverty_quartile = p.poverty_quartile)),
counts AS (
  SELECT lea_id, cohort_year, years_after, comparison_group, count(*) AS entered, count(*) FILTER (WHERE is_known) AS followed,
    count(*) FILTER (WHERE now_school = school_id) AS in_school, count(*) FILTER (WHERE now_lea = entry_lea) AS in_lea,
    count(*) FILTER (WHERE teaches) AS in_teaching, count(now_lea) AS in_state
  FROM grouped GROUP BY ALL),
yearly AS (
  SELECT lea_id, cohort_year, years_after, comparison_group, year,
    count(*) FILTER (WHERE coalesce(stopped_at, 99) > year OR (stopped_at = year AND NOT is_lost)) AS at_risk,
    count(*) FILTER (WHERE stopped_at = year AND NOT is_lost) AS stops
  FROM grouped, LATERAL (SELECT unnest(range(1, years_after + 1)) AS year) y GROUP BY ALL),
curve AS (
  SELECT lea_id, cohort_year, years_after, comparison_group, count(*) AS years_seen, product(1 - stops / at_risk) AS share,
    sum(CASE WHEN stops < at_risk THEN stops / (at_risk * (at_risk - stops)) ELSE 0 END) AS variance
  FROM yearly WHERE at_risk > 0 GROUP BY ALL),
shown AS (
  SELECT *, share > 0 AND share < 1 AS inside, CASE WHEN inside THEN exp(1.959963984540054 * sqrt(variance) / abs(ln(share))) END AS reach
  FROM curve WHERE years_seen = years_after OR share = 0)
SELECT c.lea_id, c.cohort_year, c.years_after, c.comparison_group, c.entered, c.followed, c.in_school, c.in_lea, c.in_teaching, c.in_state,
  rate(s.share) AS survival, rate(CASE WHEN s.inside THEN exp(ln(s.share) * s.reach) END) AS survival_low,
  rate(CASE WHEN s.inside THEN exp(ln(s.share) / s.reach) END) AS survival_high
FROM counts c LEFT JOIN shown s ON s.lea_id IS NOT DISTINCT FROM c.lea_id AND s.cohort_year = c.cohort_year
  AND s.years_after = c.years_after AND s.comparison_group = c.comparison_group
ORDER BY c.lea_id NULLS LAST, c.cohort_year, c.years_after, c.comparison_group
