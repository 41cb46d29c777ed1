-- Roles held: days covered (concurrent rows once), released time, and the role pay that belongs to each.
CREATE TEMP TABLE role_stays AS
SELECT * FROM stays WHERE role_code IS NOT NULL AND role_code <> '';

CREATE TEMP TABLE role_years AS
WITH role_days AS (
  SELECT lea_id, staff_id, school_year, role_code, CAST(sum(greatest(0, contract_end - first_new + 1)) AS INT) AS role_days
  FROM (
    SELECT lea_id, staff_id, school_year, role_code, contract_end,
      greatest(contract_begin, max(contract_end) OVER (PARTITION BY lea_id, staff_id, school_year, role_code
        ORDER BY contract_begin, contract_end ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) + 1) AS first_new
    FROM role_stays WHERE contract_days > 0)
  GROUP BY ALL),
lea_days AS (
  SELECT lea_id, staff_id, school_year, CAST(sum(greatest(0, contract_end - first_new + 1)) AS INT) AS lea_days
  FROM (
    SELECT lea_id, staff_id, school_year, contract_end,
      greatest(contract_begin, max(contract_end) OVER (PARTITION BY lea_id, staff_id, school_year
        ORDER BY contract_begin, contract_end ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) + 1) AS first_new
    FROM stays SEMI JOIN role_stays USING (lea_id, staff_id, school_year) WHERE contract_days > 0)
  GROUP BY ALL),
shares AS (
  SELECT lea_id, staff_id, school_year, role_code,
    CASE WHEN sum(fte_microdays) FILTER (WHERE release_share IS NOT NULL) > 0
         THEN CAST(sum(CAST(round(release_share * 1000000) AS BIGINT) * fte_microdays) AS DOUBLE)
              / CAST(sum(fte_microdays) FILTER (WHERE release_share IS NOT NULL) * 1000000 AS DOUBLE)
         ELSE max(release_share) END AS release_share
  FROM role_stays GROUP BY ALL)
SELECT s.*, coalesce(r.role_days, 0) AS role_days, coalesce(l.lea_days, 0) AS lea_days,
  coalesce(r.role_days, 0) * 2 > coalesce(l.lea_days, 0) AS is_held
FROM shares s LEFT JOIN role_days r USING (lea_id, staff_id, school_year, role_code)
LEFT JOIN lea_days l USING (lea_id, staff_id, school_year);

CREATE TEMP TABLE role_pay AS
WITH lines AS (
  SELECT lea_id, school_year, staff_id, role_code, program_id, sum(cents) AS cents, sum(hours) AS hours, count(hours) AS with_hours
  FROM pay WHERE is_role_pay GROUP BY ALL),
-- pay that names only its program goes to that program's role held longest, else to a role that no program claims
role_of_program AS (
  SELECT n.lea_id, n.school_year, n.staff_id, n.program_id, y.role_code
  FROM lines n JOIN role_years y USING (lea_id, school_year, staff_id)
  LEFT JOIN program_roles own ON own.program_id = n.program_id AND own.role_code = y.role_code
  LEFT JOIN (SELECT DISTINCT role_code FROM program_roles) claimed ON claimed.role_code = y.role_code
  WHERE n.role_code IS NULL AND (own.role_code IS NOT NULL OR claimed.role_code IS NULL)
  QUALIFY row_number() OVER (PARTITION BY n.lea_id, n.school_year, n.staff_id, n.program_id
    ORDER BY own.role_code IS NULL, y.role_days DESC, y.role_code) = 1),
placed AS (
  SELECT * FROM lines WHERE role_code IS NOT NULL
  UNION ALL BY NAME
  SELECT n.* REPLACE (r.role_code AS role_code)
  FROM lines n LEFT JOIN role_of_program r USING (lea_id, school_year, staff_id, program_id)
  LEFT JOIN programs p USING (program_id)
  WHERE n.role_code IS NULL AND (r.role_code IS NOT NULL OR p.has_roles))
SELECT lea_id, school_year, staff_id, role_code, CAST(sum(cents) AS BIGINT) AS cents, min(program_id) AS paid_program_id,
  CASE WHEN sum(with_hours) > 0 THEN sum(CAST(round(coalesce(hours, 0) * 1000000) AS BIGINT)) / 1e6 END AS hours
FROM placed GROUP BY ALL;

CREATE TEMP TABLE posts AS
WITH days AS (
  SELECT lea_id, school_year, staff_id, role_code, school_id, CAST(sum(greatest(0, contract_end - first_new + 1)) AS INT) AS days
  FROM (
    SELECT *, greatest(contract_begin, max(contract_end) OVER (PARTITION BY lea_id, staff_id, school_year, role_code, school_id
        ORDER BY contract_begin, contract_end ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) + 1) AS first_new
    FROM role_stays WHERE contract_days > 0)
  GROUP BY ALL),
released AS (
  SELECT lea_id, school_year, staff_id, role_code, school_id, CAST(sum(fte_microdays) AS BIGINT) AS fte_microdays,
    any_value(window_days) AS window_days, bool_or(release_share IS NOT NULL) AS says,
    sum(fte_microdays) FILTER (WHERE release_share IS NOT NULL) AS weight,
    CAST(sum(CAST(round(release_share * 1000000) AS BIGINT) * fte_microdays) AS DOUBLE) / 1000000 AS released
  FROM role_stays GROUP BY ALL),
median_base AS (
  SELECT l.lea_id, l.school_year, median(t.base_cents) AS median_base_cents
  FROM lea_years l JOIN pay_totals t USING (lea_id, school_year, staff_id)
  WHERE l.is_teacher AND t.base_cents > 0 GROUP BY ALL)
SELECT r.lea_id, r.school_year, r.staff_id, r.role_code, r.school_id, r.fte_microdays, coalesce(d.days, 0) AS days,
  CASE WHEN r.weight > 0 THEN r.released / r.weight END AS release_share,
  CASE WHEN r.says THEN r.released / (r.window_days * 1e6) END AS release_fte,
  CASE WHEN release_fte = 0 THEN 0.0 ELSE release_fte * m.median_base_cents / 100 * (1 + average_load) END AS release_dollars
FROM released r LEFT JOIN days d USING (lea_id, school_year, staff_id, role_code, school_id)
LEFT JOIN median_base m USING (lea_id, school_year) JOIN lea_loads USING (lea_id);
