-- Programs in force, who leads under them, and what a leader is paid for leading.
CREATE TEMP TABLE adopted AS
SELECT y.lea_id, y.school_year, a.program_id, min(a.from_year) AS adopted_from
FROM (SELECT DISTINCT lea_id, school_year FROM lea_years) y JOIN program_adoption a
  ON a.lea_id = y.lea_id AND a.from_year <= y.school_year AND coalesce(a.to_year, 9999) >= y.school_year
GROUP BY ALL;

CREATE TEMP TABLE leaders AS
SELECT d.lea_id, d.program_id, d.school_year, d.staff_id, d.level, d.state_tier, p.place
FROM designation d JOIN programs p USING (program_id)
WHERE p.leader AND d.level IS NOT NULL AND d.state_tier >= 1;

CREATE TEMP TABLE leader_years AS
SELECT staff_id, school_year FROM leaders UNION SELECT staff_id, school_year FROM role_years WHERE is_held;

CREATE TEMP TABLE leader_pay AS
WITH there AS (
  SELECT l.*, coalesce(l.lea_id = r.lea_id, false) AS at_record
  FROM leaders l LEFT JOIN record_years r USING (staff_id, school_year)),
travelling AS (
  SELECT *, bool_or(at_record) OVER (PARTITION BY staff_id, program_id, school_year) AS of_record FROM there),
takers AS (
  SELECT t.lea_id, t.program_id, t.school_year, t.staff_id
  FROM travelling t LEFT JOIN adopted a USING (lea_id, program_id, school_year)
  WHERE t.at_record OR NOT t.of_record
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
