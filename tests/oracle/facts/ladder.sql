-- The ladder: one step a year over everybody. lvl 0 = not yet on it; e and he = runs since the last promotion.
CREATE TEMP TABLE ladder AS
WITH RECURSIVE adopted AS (SELECT lea_id, from_year, coalesce(to_year, 9999) AS to_year FROM program_adoption WHERE program_id = 'dc_lift'),
fellows AS (
  SELECT staff_id, min(event_date) AS since FROM leadership
  WHERE event_type = 'credential' AND event_code = 'capital_commitment_fellow' AND outcome = 'passed' GROUP BY ALL),
yearly AS (
  SELECT l.lea_id, l.staff_id, l.school_year, l.is_teacher, l.years_experience,
    CASE WHEN r.rating_reason IS NULL THEN r.sent END AS rating, f.since IS NOT NULL AS fellow
  FROM lea_years l JOIN adopted a ON a.lea_id = l.lea_id AND l.school_year BETWEEN a.from_year AND a.to_year
  LEFT JOIN ratings r ON r.lea_id = l.lea_id AND r.staff_id = l.staff_id AND r.school_year = l.school_year AND r.rating_system = 'dcps_impact'
  LEFT JOIN fellows f ON f.staff_id = l.staff_id AND f.since <= make_date(l.school_year, 6, 30)),
bounds AS (SELECT min(school_year) AS first_year, max(school_year) AS last_year FROM yearly),
steps AS (
  SELECT lea_id, staff_id, (SELECT first_year FROM bounds) - 1 AS school_year, 0 AS lvl, 0 AS e, 0 AS he, false AS has_row
  FROM (SELECT DISTINCT lea_id, staff_id FROM yearly)
  UNION ALL
  SELECT lea_id, staff_id, school_year, CASE WHEN has_row THEN least(5, at_level + up) ELSE at_level END,
    CASE WHEN up = 1 OR NOT has_row THEN 0 ELSE e END, CASE WHEN up = 1 OR NOT has_row THEN 0 ELSE he END, has_row
  FROM (
    SELECT *, CASE WHEN NOT has_row THEN 0 WHEN at_level IN (1, 2) AND (rating = 'HE' OR e >= 2) THEN 1
                   WHEN at_level IN (3, 4) AND he >= 2 THEN 1 ELSE 0 END AS up
    FROM (
      SELECT s.lea_id, s.staff_id, s.school_year + 1 AS school_year, y.rating,
        y.lea_id IS NOT NULL AND (y.is_teacher OR (s.lvl > 0 AND s.has_row)) AS has_row,
        CASE WHEN s.lvl > 0 OR y.lea_id IS NULL OR NOT y.is_teacher THEN s.lvl
             WHEN y.fellow THEN 3 WHEN y.years_experience >= 2 THEN 2 ELSE 1 END AS at_level,
        CASE WHEN y.rating = 'E' THEN s.e + 1 ELSE 0 END AS e, CASE WHEN y.rating = 'HE' THEN s.he + 1 ELSE 0 END AS he
      FROM steps s LEFT JOIN yearly y ON y.lea_id = s.lea_id AND y.staff_id = s.staff_id AND y.school_year = s.school_year + 1
      WHERE s.school_year < (SELECT last_year FROM bounds))))
SELECT lea_id, staff_id, CAST(school_year AS SMALLINT) AS school_year,
  ['teacher', 'established', 'advanced', 'distinguished', 'expert'][lvl] AS level
FROM steps WHERE has_row;

CREATE TEMP VIEW designation AS SELECT 'dc_lift' AS program_id, * FROM ladder;
