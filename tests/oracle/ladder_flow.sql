WITH flows AS (
  SELECT t.lea_id, t.program_id, t.school_year, b.level AS from_level, t.level AS to_level, count(*) AS persons
  FROM designation t LEFT JOIN designation b ON b.lea_id = t.lea_id AND b.program_id = t.program_id AND b.staff_id = t.staff_id
    AND b.school_year = t.school_year - 1
  GROUP BY ALL),
entered AS (SELECT lea_id, program_id, staff_id, min(school_year) AS first_year FROM designation GROUP BY ALL),
reached AS (
  SELECT lea_id, program_id, staff_id, level, min(school_year) AS reached_year FROM designation WHERE level IS NOT NULL GROUP BY ALL),
taken AS (
  SELECT lea_id, program_id, level, reached_year, reached_year - first_year AS years
  FROM reached JOIN entered USING (lea_id, program_id, staff_id)),
medians AS (
  SELECT y.lea_id, y.program_id, y.school_year, t.level AS to_level, median(t.years) AS median_years_to_level
  FROM (SELECT DISTINCT lea_id, program_id, school_year FROM designation) y JOIN taken t
    ON t.lea_id = y.lea_id AND t.program_id = y.program_id AND t.reached_year <= y.school_year GROUP BY ALL)
SELECT f.*, rate(ratio(f.persons, sum(f.persons) OVER (PARTITION BY f.lea_id, f.program_id, f.school_year, f.from_level))) AS hazard,
  m.median_years_to_level
FROM flows f LEFT JOIN medians m USING (lea_id, program_id, school_year, to_level)
ORDER BY lea_id, program_id, school_year, from_level, to_level
