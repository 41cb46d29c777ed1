WITH teachers AS (
  SELECT e.lea_id, coalesce(e.rating_system, d.rating_system, 'none') AS rating_system, e.school_year, e.band, coalesce(e.is_top, false) AS is_top,
    r.growth_index IS NOT NULL AND r.observation_average IS NOT NULL AS has_both,
    has_both AND abs(1 + len(list_filter(k.growth_level_from, lambda start: r.growth_index >= start))
      - CAST(round(r.observation_average) AS INT)) >= k.growth_gap_levels AS apart
  FROM educator_year e CROSS JOIN parameters k LEFT JOIN districts d USING (lea_id)
  LEFT JOIN ratings r ON r.lea_id = e.lea_id AND r.staff_id = e.staff_id AND r.school_year = e.school_year AND r.rating_system = e.rating_system
  WHERE e.is_teacher),
systems AS (
  SELECT lea_id, school_year, count(DISTINCT rating_system) AS systems FROM teachers WHERE rating_system <> 'none' GROUP BY ALL),
whole AS (
  SELECT lea_id, rating_system, school_year, count(*) AS everybody, count(band) AS rated, count(*) FILTER (WHERE is_top) AS top,
    count(*) FILTER (WHERE has_both) AS growth_gap_known, count(*) FILTER (WHERE apart) AS gaps FROM teachers GROUP BY ALL),
bands AS (SELECT lea_id, rating_system, school_year, band, count(*) AS teachers FROM teachers GROUP BY ALL)
SELECT lea_id, rating_system, school_year, band, teachers, rate(ratio(teachers, everybody)) AS share, rate(ratio(top, rated)) AS is_top_share,
  rate(ratio(gaps, growth_gap_known)) AS growth_gap_share, growth_gap_known, coalesce(systems, 0) AS systems
FROM bands JOIN whole USING (lea_id, rating_system, school_year) LEFT JOIN systems USING (lea_id, school_year)
ORDER BY lea_id, rating_system, school_year, band NULLS LAST
