-- Designees of tier 2 of programs with roles beside what they did (M32); certificates beside the roles they led to (M33).
CREATE TEMP TABLE designees AS
WITH active AS (
  SELECT staff_id, school_year FROM role_years WHERE is_held
  UNION SELECT staff_id, school_year FROM leadership
  WHERE event_type IN ('observation', 'coaching_session', 'team_meeting', 'training_delivered') AND outcome = 'completed')
SELECT d.lea_id, d.program_id, d.school_year, d.staff_id, d.level, a.staff_id IS NOT NULL AS has_role
FROM designation d JOIN programs p USING (program_id) LEFT JOIN active a USING (staff_id, school_year)
WHERE p.leader AND p.has_roles AND d.level IS NOT NULL AND d.state_tier >= 2;

CREATE TEMP TABLE certified AS
WITH firsts AS (
  SELECT d.lea_id, d.program_id, d.school_year, d.staff_id FROM designation d JOIN programs p USING (program_id)
  WHERE p.certifies AND d.level IS NOT NULL QUALIFY d.school_year = min(d.school_year) OVER (PARTITION BY d.program_id, d.staff_id))
SELECT f.*, CASE WHEN f.school_year + 2 <= (SELECT max(school_year) FROM lea_years) THEN EXISTS (
    SELECT 1 FROM role_years r WHERE r.is_held AND r.staff_id = f.staff_id AND r.school_year BETWEEN f.school_year AND f.school_year + 2)
  END AS has_role
FROM firsts f;
