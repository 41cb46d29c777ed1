-- Stays clipped to their year and to the contract window; one row per person, LEA and year; the school of record.
CREATE TEMP TABLE windows AS
SELECT r.lea_id, r.school_year, day_of_year(r.school_year, coalesce(d.year_begins, '07-01')) AS window_begin,
  day_of_year(r.school_year, coalesce(d.year_ends, '06-30')) AS window_end
FROM (SELECT DISTINCT lea_id, school_year FROM roster) r LEFT JOIN districts d USING (lea_id);

CREATE TEMP TABLE stays AS
SELECT *, CAST(round(full_time_equivalency * 1000000) AS BIGINT) * contract_days AS fte_microdays
FROM (
  SELECT *, greatest(0, contract_end - contract_begin + 1) AS contract_days
  FROM (
    SELECT *, greatest(stay_begin, window_begin) AS contract_begin, least(stay_end, window_end) AS contract_end
    FROM (
      SELECT r.lea_id, r.school_year, r.staff_id, r.school_id, r.staff_classification, r.position_title, r.position_id,
        r.full_time_equivalency, r.role_code, r.release_share, r.students_taught, r.supervisor_staff_id, r.begin_date,
        r.years_experience, r.salary_lane, r.salary_step, r.exit_reason, w.window_begin, w.window_end,
        w.window_end - w.window_begin + 1 AS window_days,
        greatest(r.begin_date, make_date(r.school_year - 1, 7, 1)) AS stay_begin,
        least(r.end_date, make_date(r.school_year, 6, 30)) AS stay_end
      FROM roster r JOIN windows w USING (lea_id, school_year))
    WHERE stay_begin <= stay_end));

CREATE TEMP TABLE school_years AS
SELECT lea_id, staff_id, school_year, school_id, sum(fte_microdays) AS days FROM stays GROUP BY ALL;

CREATE TEMP TABLE record_years AS
SELECT staff_id, school_year, lea_id, school_id FROM school_years
QUALIFY row_number() OVER (PARTITION BY staff_id, school_year ORDER BY days DESC, school_id, lea_id) = 1;

CREATE TEMP TABLE lea_years AS
WITH main AS (
  SELECT lea_id, staff_id, school_year, staff_classification, salary_lane, salary_step FROM stays
  QUALIFY row_number() OVER (PARTITION BY lea_id, staff_id, school_year
    ORDER BY fte_microdays DESC, contract_days DESC, school_id, staff_classification, position_title NULLS LAST,
             position_id NULLS LAST, role_code NULLS LAST, begin_date) = 1),
record AS (
  SELECT lea_id, staff_id, school_year, school_id FROM school_years
  QUALIFY row_number() OVER (PARTITION BY lea_id, staff_id, school_year ORDER BY days DESC, school_id) = 1),
people AS (
  SELECT lea_id, staff_id, school_year, bool_or(staff_classification = 'teacher') AS is_teacher,
    CAST(sum(fte_microdays) AS BIGINT) AS fte_microdays, any_value(window_days) AS window_days,
    max(years_experience) AS years_experience
  FROM stays GROUP BY ALL)
SELECT p.*, p.fte_microdays / (p.window_days * 1e6) AS fte, m.staff_classification, m.salary_lane, m.salary_step,
  r.school_id
FROM people p JOIN main m USING (lea_id, staff_id, school_year) JOIN record r USING (lea_id, staff_id, school_year);
