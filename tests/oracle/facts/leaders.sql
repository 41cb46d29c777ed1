-- Programs in force, who leads under them, and what a leader is paid for leads.
CREATE TEMP TABLE adopted AS
SELECT y.lea_id, y.school_year, a.program_id, min(a.from_year) AS adopted_from
FROM (SELECT DISTINCT lea_id, school_year FROM lea_years) y JOIN program_adoption a
  ON a.lea_id = y.lea_id AND a.from_year <= y.school_year AND coalesce(a.to_year, 9999) >= y.school_year
GROUP BY ALL;

-- who leads: at a level that leads, or in a program's own role for more than half of the days
CREATE TEMP TABLE who_leads AS
WITH owned AS (
  SELECT a.lea_id, a.school_year, r.role_code, a.program_id
  FROM adopted a JOIN program_roles r USING (program_id) JOIN programs p USING (program_id)
  QUALIFY row_number() OVER (PARTITION BY a.lea_id, a.school_year, r.role_code ORDER BY p.place) = 1),
by_level AS (
  SELECT d.lea_id, d.program_id, d.school_year, d.staff_id
  FROM designation d CROSS JOIN parameters k LEFT JOIN level_leads l USING (program_id, level)
  WHERE d.level IS NOT NULL AND coalesce(l.leads, d.state_tier >= k.leader_tier)),
by_role AS (
  SELECT DISTINCT y.lea_id, o.program_id, y.school_year, y.staff_id
  FROM role_years y JOIN owned o USING (lea_id, school_year, role_code) WHERE y.is_held),
teachers AS (SELECT DISTINCT staff_id, school_year FROM lea_years WHERE is_teacher)
SELECT w.lea_id, w.program_id, w.school_year, w.staff_id, d.level, coalesce(d.state_tier, 0) AS state_tier, p.place,
  t.staff_id IS NOT NULL AS is_teacher
FROM (FROM by_level UNION FROM by_role) w JOIN programs p ON p.program_id = w.program_id AND p.leader
LEFT JOIN designation d ON d.lea_id = w.lea_id AND d.program_id = w.program_id AND d.school_year = w.school_year
  AND d.staff_id = w.staff_id AND d.level IS NOT NULL
LEFT JOIN teachers t ON t.staff_id = w.staff_id AND t.school_year = w.school_year;

CREATE TEMP TABLE leaders AS SELECT * FROM who_leads WHERE is_teacher;

CREATE TEMP TABLE leader_years AS SELECT DISTINCT staff_id, school_year FROM who_leads WHERE is_teacher;

CREATE TEMP TABLE other_leader_years AS SELECT DISTINCT staff_id, school_year FROM who_leads WHERE NOT is_teacher;

CREATE TEMP TABLE leader_pay AS
WITH there AS (
  SELECT l.*, coalesce(l.lea_id = r.lea_id, false) AS at_record, p.travels
  FROM leaders l JOIN programs p USING (program_id) LEFT JOIN record_years r USING (staff_id, school_year)),
travelling AS (
  SELECT *, bool_or(at_record) OVER (PARTITION BY staff_id, program_id, school_year) AS of_record FROM there),
takers AS (
  SELECT t.lea_id, t.program_id, t.school_year, t.staff_id
  FROM travelling t LEFT JOIN adopted a USING (lea_id, program_id, school_year)
  WHERE NOT t.travels OR t.at_record OR NOT t.of_record
  QUALIFY row_number() OVER (PARTITION BY t.lea_id, t.school_year, t.staff_id
    ORDER BY t.state_tier DESC, a.adopted_from NULLS LAST, t.place) = 1),
own AS (
  SELECT lea_id, program_id, school_year, staff_id, CAST(sum(cents) AS BIGINT) AS role_cents
  FROM pay WHERE is_role_pay GROUP BY ALL)
SELECT l.lea_id, l.program_id, l.school_year, l.staff_id, l.level, l.state_tier, y.school_id,
  coalesce(o.role_cents, 0) AS role_cents,
  CASE WHEN t.staff_id IS NULL THEN 0 ELSE coalesce(b.increment_fine, 0) END AS increment_fine,
  coalesce(b.increment_status, 'no_base_pay') AS increment_status, b.base_cents,
  fine(coalesce(o.role_cents, 0)) + CASE WHEN t.staff_id IS NULL THEN 0 ELSE coalesce(b.increment_fine, 0) END AS pay_fine
FROM leaders l LEFT JOIN own o USING (lea_id, program_id, school_year, staff_id)
LEFT JOIN takers t USING (lea_id, program_id, school_year, staff_id)
LEFT JOIN base_pay b USING (lea_id, school_year, staff_id) LEFT JOIN lea_years y USING (lea_id, school_year, staff_id);

CREATE TEMP TABLE quartiles AS
SELECT school_id, school_year, CASE WHEN poverty_percent IS NULL THEN 0 ELSE (row_number() OVER (
    PARTITION BY school_year, poverty_percent IS NULL ORDER BY poverty_percent, school_id) - 1) * 4
    // count(*) OVER (PARTITION BY school_year, poverty_percent IS NULL) + 1 END AS poverty_quartile
FROM schools;
