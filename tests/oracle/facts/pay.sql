-- What each dollar is and who pays it; totals a person; the base that the schedule pays, and the increment over it.
CREATE TEMP TABLE pay AS
SELECT p.*, coalesce(c.pay_type, 'unknown') AS pay_type, c.program_id, c.role_code,
  coalesce(f.stream, 'unknown') AS stream, f.award_id, f.award_end, f.recurring,
  coalesce(c.pay_type, 'unknown') IN ('stipend', 'hourly', 'bonus') AND (c.program_id IS NOT NULL OR c.role_code IS NOT NULL) AS is_role_pay,
  coalesce(f.stream, 'unknown') IN ('competitive_federal', 'philanthropic', 'time_limited_levy') OR NOT coalesce(f.recurring, true) AS is_soft
FROM pay_sums p LEFT JOIN pay_codes c USING (lea_id, pay_code) LEFT JOIN funds f USING (lea_id, fund_code);
DROP TABLE pay_sums;

CREATE TEMP TABLE pay_totals AS
SELECT lea_id, school_year, staff_id, CAST(sum(cents) AS BIGINT) AS pay_cents,
  CAST(sum(CASE WHEN pay_type = 'base' THEN cents ELSE 0 END) AS BIGINT) AS base_cents,
  CAST(sum(CASE WHEN pay_type = 'benefit' THEN cents ELSE 0 END) AS BIGINT) AS benefit_cents,
  CAST(sum(CASE WHEN pay_type IN ('stipend', 'hourly', 'bonus') THEN cents ELSE 0 END) AS BIGINT) AS supplement_cents,
  CAST(sum(CASE WHEN is_role_pay THEN cents ELSE 0 END) AS BIGINT) AS role_cents
FROM pay GROUP BY ALL;

CREATE TEMP TABLE base_pay AS
WITH schedule AS (
  SELECT s.lea_id, s.school_year, s.staff_id,
    whole(CAST(sum(cents(a.amount) * s.fte_microdays) AS DOUBLE) / any_value(s.window_days)) AS schedule_fine,
    bool_and(a.amount IS NOT NULL OR s.fte_microdays <= 0) AND bool_or(s.fte_microdays > 0) AS priced
  FROM stays s LEFT JOIN salary_schedules a
    ON a.lea_id = s.lea_id AND a.school_year = s.school_year AND a.lane = s.salary_lane AND a.step = s.salary_step
  GROUP BY ALL),
priced AS (
  SELECT t.lea_id, t.school_year, t.staff_id, t.base_cents, coalesce(s.priced, false) AS priced,
    CASE WHEN coalesce(s.priced, false) THEN s.schedule_fine ELSE fine(t.base_cents) END AS counterfactual_fine
  FROM pay_totals t LEFT JOIN schedule s USING (lea_id, school_year, staff_id))
SELECT lea_id, school_year, staff_id, base_cents, counterfactual_fine,
  CASE WHEN base_cents > 0 OR NOT priced THEN fine(base_cents) - counterfactual_fine END AS increment_fine,
  CASE WHEN NOT priced THEN 'no_schedule' WHEN base_cents <= 0 THEN 'no_base_pay' ELSE 'ok' END AS increment_status
FROM priced;
