-- The peers' marts in DuckDB SQL. Views evaluation, roster, payroll, leadership (accepted rows) and the reference
-- tables are there already; each mart below becomes a table of its name.

CREATE TEMP TABLE windows AS
SELECT DISTINCT r.lea_id, r.school_year,
  make_date(r.school_year - CASE WHEN CAST(left(coalesce(d.year_begins, '07-01'), 2) AS INT) >= 7 THEN 1 ELSE 0 END,
            CAST(left(coalesce(d.year_begins, '07-01'), 2) AS INT), CAST(right(coalesce(d.year_begins, '07-01'), 2) AS INT)) AS window_begin,
  make_date(r.school_year - CASE WHEN CAST(left(coalesce(d.year_ends, '06-30'), 2) AS INT) >= 7 THEN 1 ELSE 0 END,
            CAST(left(coalesce(d.year_ends, '06-30'), 2) AS INT), CAST(right(coalesce(d.year_ends, '06-30'), 2) AS INT)) AS window_end
FROM roster r LEFT JOIN districts d USING (lea_id);

CREATE TEMP TABLE stays AS
SELECT r.*, w.window_end - w.window_begin + 1 AS window_days,
  CAST(round(r.full_time_equivalency * 1000000) AS BIGINT) * greatest(0,
    least(coalesce(r.end_date, make_date(r.school_year, 6, 30)), make_date(r.school_year, 6, 30), w.window_end)
    - greatest(r.begin_date, make_date(r.school_year - 1, 7, 1), w.window_begin) + 1) AS fte_microdays,
  greatest(0,
    least(coalesce(r.end_date, make_date(r.school_year, 6, 30)), make_date(r.school_year, 6, 30), w.window_end)
    - greatest(r.begin_date, make_date(r.school_year - 1, 7, 1), w.window_begin) + 1) AS contract_days
FROM roster r JOIN windows w USING (lea_id, school_year)
WHERE greatest(r.begin_date, make_date(r.school_year - 1, 7, 1))
   <= least(coalesce(r.end_date, make_date(r.school_year, 6, 30)), make_date(r.school_year, 6, 30));

CREATE TEMP TABLE lea_years AS
WITH main AS (
  SELECT lea_id, staff_id, school_year, staff_classification FROM stays
  QUALIFY row_number() OVER (PARTITION BY lea_id, staff_id, school_year
    ORDER BY fte_microdays DESC, contract_days DESC, school_id, staff_classification, position_title,
             position_id NULLS LAST, role_code NULLS LAST, begin_date) = 1)
SELECT lea_id, staff_id, school_year, any_value(main.staff_classification) AS staff_classification,
  bool_or(s.staff_classification = 'teacher') AS is_teacher,
  sum(s.fte_microdays) / (any_value(s.window_days) * 1000000.0::DOUBLE) AS fte,
  max(s.years_experience) AS years_experience
FROM stays s JOIN main USING (lea_id, staff_id, school_year)
GROUP BY lea_id, staff_id, school_year;

CREATE TEMP TABLE ratings AS
WITH versions AS (
  SELECT e.rating_system, e.school_year, max(v.from_year) AS from_year
  FROM (SELECT DISTINCT rating_system, school_year FROM evaluation) e
  JOIN rating_systems v ON v.rating_system = e.rating_system AND v.from_year <= e.school_year GROUP BY ALL)
SELECT e.lea_id, e.staff_id, e.school_year, e.rating_system,
  CASE WHEN e.status NOT IN ('final', 'appealed') THEN e.status
       WHEN e.rating_level IS NULL AND e.status = 'appealed' THEN 'appealed'
       WHEN e.rating_level IS NULL THEN 'no_label' WHEN v.band IS NULL THEN 'unknown_label' END AS rating_reason,
  e.rating_level AS sent, v.band, v.is_top
FROM evaluation e
LEFT JOIN versions f ON f.rating_system = e.rating_system AND f.school_year = e.school_year
LEFT JOIN rating_systems v ON v.rating_system = e.rating_system AND v.from_year = f.from_year AND v.rating_level = e.rating_level;

CREATE TEMP TABLE pay AS
SELECT p.lea_id, p.school_year, p.staff_id, coalesce(c.pay_type, 'unknown') AS pay_type, c.program_id,
  coalesce(f.stream, 'unknown') AS stream, CAST(p.amount * 100 AS BIGINT) AS cents,
  coalesce(c.pay_type, 'unknown') IN ('stipend', 'hourly', 'bonus') AND (c.program_id IS NOT NULL OR c.role_code IS NOT NULL) AS is_role_pay,
  coalesce(f.stream, 'unknown') IN ('competitive_federal', 'philanthropic', 'time_limited_levy') OR NOT coalesce(f.recurring, true) AS is_soft
FROM (SELECT lea_id, school_year, staff_id, pay_code, fund_code, sum(amount) AS amount FROM payroll GROUP BY ALL) p
LEFT JOIN pay_codes c USING (lea_id, pay_code) LEFT JOIN funds f USING (lea_id, fund_code);

CREATE TEMP TABLE compensation AS
WITH schedule AS (
  SELECT s.lea_id, s.school_year, s.staff_id,
    sum(CAST(a.amount * 100 AS HUGEINT) * s.fte_microdays) / (any_value(s.window_days) * 100000000.0::DOUBLE) AS dollars,
    bool_and(a.amount IS NOT NULL OR s.fte_microdays <= 0) AND bool_or(s.fte_microdays > 0) AS priced
  FROM stays s LEFT JOIN salary_schedules a
    ON a.lea_id = s.lea_id AND a.school_year = s.school_year AND a.lane = s.salary_lane AND a.step = s.salary_step
  GROUP BY ALL),
base AS (
  SELECT t.*, coalesce(s.priced, false) AS priced,
    CASE WHEN coalesce(s.priced, false) THEN s.dollars ELSE t.base_cents / 100.0::DOUBLE END AS counterfactual
  FROM (SELECT lea_id, school_year, staff_id, sum(CASE WHEN pay_type = 'base' THEN cents ELSE 0 END) AS base_cents
        FROM pay GROUP BY ALL) t
  LEFT JOIN schedule s USING (lea_id, school_year, staff_id)),
lines AS (
  SELECT lea_id, school_year, staff_id, pay_type, stream, sum(cents) AS cents,
    sum(CASE WHEN is_role_pay THEN cents ELSE 0 END) AS role_cents FROM pay GROUP BY ALL),
placed AS (
  SELECT *, row_number() OVER (PARTITION BY lea_id, school_year, staff_id
    ORDER BY pay_type = 'base' DESC, CASE WHEN pay_type = 'base' THEN cents ELSE 0 END DESC, pay_type, stream) = 1 AS carries
  FROM lines)
SELECT p.staff_id, p.lea_id, p.school_year, p.pay_type, p.stream, CAST(p.cents / 100.0 AS DECIMAL(14, 2)) AS amount,
  CAST(p.role_cents / 100.0 AS DECIMAL(14, 2)) AS role_amount,
  CASE WHEN p.carries AND p.pay_type = 'base' THEN round(b.counterfactual, 2) END AS base_counterfactual,
  CASE WHEN p.carries AND p.pay_type = 'base' AND (b.base_cents > 0 OR NOT b.priced)
       THEN round(b.base_cents / 100.0::DOUBLE - b.counterfactual, 2) END AS increment,
  CASE WHEN p.carries THEN CASE WHEN NOT b.priced THEN 'no_schedule' WHEN b.base_cents <= 0 THEN 'no_base_pay' ELSE 'ok' END END AS increment_status
FROM placed p JOIN base b USING (lea_id, school_year, staff_id);

CREATE TEMP TABLE funding_mix AS
WITH lines AS (
  SELECT lea_id, program_id, school_year, stream, sum(cents) AS cents, sum(CASE WHEN is_soft THEN cents ELSE 0 END) AS soft_cents
  FROM pay WHERE program_id IS NOT NULL GROUP BY ALL)
SELECT lea_id, program_id, school_year, stream, CAST(cents / 100.0 AS DECIMAL(14, 2)) AS amount,
  CAST(soft_cents / 100.0 AS DECIMAL(14, 2)) AS soft_amount,
  CASE WHEN sum(cents) OVER p > 0 THEN round(cents / (sum(cents) OVER p)::DOUBLE, 6) END AS share
FROM lines WINDOW p AS (PARTITION BY lea_id, program_id, school_year);

CREATE TEMP TABLE educator_year AS
WITH schools AS (
  SELECT staff_id, school_year, lea_id, school_id, sum(fte_microdays) AS days FROM stays GROUP BY ALL),
record AS (
  SELECT * FROM schools QUALIFY row_number() OVER (PARTITION BY staff_id, school_year ORDER BY days DESC, school_id, lea_id) = 1),
everywhere AS (
  SELECT staff_id, school_year, bool_or(is_teacher) AS is_teacher, sum(CAST(round(fte * 1000000) AS BIGINT)) / 1000000.0::DOUBLE AS fte,
    max(years_experience) AS years_experience FROM lea_years GROUP BY ALL),
rated AS (
  SELECT r.* FROM ratings r LEFT JOIN districts d USING (lea_id)
  QUALIFY row_number() OVER (PARTITION BY r.lea_id, r.staff_id, r.school_year
    ORDER BY r.rating_reason IS NOT NULL, coalesce(r.rating_system <> d.rating_system, true), r.rating_system) = 1),
paid AS (SELECT staff_id, school_year, sum(cents) AS cents FROM pay GROUP BY ALL),
reports AS (SELECT DISTINCT lea_id, school_year - 1 AS school_year FROM lea_years),
people AS (
  SELECT r.staff_id, r.school_year, r.lea_id, r.school_id, l.staff_classification, e.is_teacher, e.fte, e.years_experience
  FROM record r JOIN lea_years l USING (lea_id, staff_id, school_year) JOIN everywhere e USING (staff_id, school_year))
SELECT p.*, t.rating_system, CASE WHEN t.rating_reason IS NULL THEN t.sent END AS rating_level,
  CASE WHEN t.rating_reason IS NULL THEN t.band END AS band, CASE WHEN t.rating_reason IS NULL THEN t.is_top END AS is_top,
  CASE WHEN t.rating_system IS NULL THEN 'absent' ELSE t.rating_reason END AS rating_reason,
  CAST(coalesce(paid.cents, 0) / 100.0 AS DECIMAL(14, 2)) AS pay_total,
  CASE WHEN o.lea_id IS NULL THEN 'unknown' WHEN n.lea_id IS NULL THEN 'leave'
       WHEN p.is_teacher AND NOT n.is_teacher THEN 'leave_teaching' WHEN n.lea_id <> p.lea_id THEN 'move_lea'
       WHEN n.school_id <> p.school_id THEN 'move_school' ELSE 'stay_school' END AS next_year_outcome
FROM people p LEFT JOIN rated t USING (lea_id, staff_id, school_year) LEFT JOIN paid USING (staff_id, school_year)
LEFT JOIN reports o ON o.lea_id = p.lea_id AND o.school_year = p.school_year
LEFT JOIN people n ON n.staff_id = p.staff_id AND n.school_year = p.school_year + 1;

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

CREATE TEMP TABLE ladder_flow AS
WITH moves AS (
  SELECT t.lea_id, t.school_year, b.level AS from_level, t.level AS to_level, count(*) AS persons
  FROM ladder t LEFT JOIN ladder b ON b.lea_id = t.lea_id AND b.staff_id = t.staff_id AND b.school_year = t.school_year - 1 GROUP BY ALL)
SELECT *, round(persons / sum(persons) OVER (PARTITION BY lea_id, school_year, from_level)::DOUBLE, 6) AS hazard FROM moves;
