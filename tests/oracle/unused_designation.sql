WITH idle AS (
  SELECT lea_id, program_id, school_year, count(*) AS designees, count(*) FILTER (WHERE NOT has_role) AS without_role FROM designees GROUP BY ALL),
thin AS (
  SELECT lea_id, program_id, school_year, count(*) AS certificates,
    CASE WHEN count(*) = count(has_role) THEN count(*) FILTER (WHERE NOT has_role) END AS certificates_without_role
  FROM certified GROUP BY ALL)
SELECT lea_id, program_id, school_year, coalesce(designees, 0) AS designees, coalesce(without_role, 0) AS without_role,
  rate(ratio(without_role, designees)) AS share, coalesce(certificates, 0) AS certificates, certificates_without_role,
  rate(ratio(certificates_without_role, certificates)) AS share_without_role
FROM idle FULL JOIN thin USING (lea_id, program_id, school_year)
ORDER BY lea_id, program_id, school_year
