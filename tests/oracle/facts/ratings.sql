-- Ratings that count and why the others do not: the version with the greatest from_year up to t applies whole.
CREATE TEMP TABLE ratings AS
WITH versions AS (
  SELECT e.rating_system, e.school_year, max(v.from_year) AS from_year
  FROM (SELECT DISTINCT rating_system, school_year FROM evaluation) e
  JOIN rating_systems v ON v.rating_system = e.rating_system AND v.from_year <= e.school_year GROUP BY ALL)
SELECT e.lea_id, e.staff_id, e.school_year, e.rating_system, e.observation_average, e.growth_index,
  CASE WHEN e.status NOT IN ('final', 'appealed') THEN e.status
       WHEN e.rating_level IS NULL AND e.status = 'appealed' THEN 'appealed'
       WHEN e.rating_level IS NULL THEN 'no_label' WHEN v.band IS NULL THEN 'unknown_label' END AS rating_reason,
  e.rating_level AS sent, v.band, v.is_top
FROM evaluation e
LEFT JOIN versions f ON f.rating_system = e.rating_system AND f.school_year = e.school_year
LEFT JOIN rating_systems v ON v.rating_system = e.rating_system AND v.from_year = f.from_year AND v.rating_level = e.rating_level;
