WITH measured AS (
  SELECT *, 'coverage' AS mart FROM (
    UNPIVOT (SELECT lea_id, program_id, school_year, CAST(coverage AS DOUBLE) AS coverage FROM coverage
      WHERE lea_id IS NOT NULL AND program_id IS NOT NULL AND poverty_quartile IS NULL) ON coverage INTO NAME name VALUE actual)
  UNION ALL BY NAME
  SELECT *, 'program_comparison' AS mart FROM (
    UNPIVOT (SELECT lea_id, program_id, school_year, CAST(designees AS DOUBLE) AS designees, share_of_teachers, stability FROM program_comparison)
    ON designees, share_of_teachers, stability INTO NAME name VALUE actual)
  UNION ALL BY NAME
  SELECT *, 'sustainability' AS mart FROM (
    UNPIVOT (SELECT lea_id, program_id, school_year, CAST(leaders AS DOUBLE) AS leaders, CAST(program_cost AS DOUBLE) AS program_cost,
        CAST(cost_per_leader AS DOUBLE) AS cost_per_leader, CAST(net_cost AS DOUBLE) AS net_cost, recurring_coverage, role_based_share,
        increment_depth FROM sustainability WHERE lea_id IS NOT NULL)
    ON leaders, program_cost, cost_per_leader, net_cost, recurring_coverage, role_based_share, increment_depth INTO NAME name VALUE actual)
  UNION ALL BY NAME
  SELECT *, 'unused_designation' AS mart FROM (
    UNPIVOT (SELECT lea_id, program_id, school_year, share, share_without_role FROM unused_designation)
    ON share, share_without_role INTO NAME name VALUE actual)),
starts AS (SELECT lea_id, program_id, min(from_year) AS first_year FROM program_adoption GROUP BY ALL)
SELECT g.lea_id, g.program_id, g.measure, g.by_year, y.school_year,
  nullif((SELECT arg_max(coalesce(a.phase, '-'), a.from_year) FROM program_adoption a
    WHERE a.lea_id = g.lea_id AND a.program_id = g.program_id AND a.from_year <= y.school_year), '-') AS phase,
  g.baseline, g.target, m.actual, rate(g.target - m.actual) AS distance,
  CASE WHEN g.target < g.baseline THEN m.actual <= g.target ELSE m.actual >= g.target END AS reached,
  g.declared_on < make_date(s.first_year - 1, 7, 1) AS declared_before_start
FROM program_goals g JOIN (SELECT DISTINCT lea_id, school_year FROM lea_years) y USING (lea_id)
LEFT JOIN measured m ON m.lea_id = g.lea_id AND m.program_id = g.program_id AND m.school_year = y.school_year AND m.mart || '.' || m.name = g.measure
LEFT JOIN starts s ON s.lea_id = g.lea_id AND s.program_id = g.program_id
ORDER BY g.lea_id, g.program_id, g.measure, g.by_year, y.school_year
