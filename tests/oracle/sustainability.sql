WITH wages AS (
  SELECT t.lea_id, t.school_year, sum(t.pay_cents - t.benefit_cents) / 100 * (1 + any_value(l.average_load)) AS teacher_dollars
  FROM pay_totals t JOIN lea_years y USING (lea_id, school_year, staff_id) JOIN lea_loads l USING (lea_id)
  WHERE y.is_teacher GROUP BY t.lea_id, t.school_year),
entry AS (
  SELECT lea_id, school_year, coalesce(min(cents(amount)) FILTER (WHERE upper(lane) = 'BA' AND step = 1), min(cents(amount))) AS entry_cents
  FROM salary_schedules GROUP BY ALL),
increments AS (SELECT lea_id, school_year, staff_id, sum(increment_fine) AS increment_fine FROM leader_pay GROUP BY ALL),
above AS (
  SELECT t.lea_id, t.school_year, sum(fine(t.role_cents) + coalesce(i.increment_fine, 0)) AS role_fine,
    sum(fine(t.base_cents + t.supplement_cents) - whole(e.entry_cents * y.fte_microdays / y.window_days)) AS above_fine
  FROM pay_totals t JOIN lea_years y USING (lea_id, school_year, staff_id) JOIN entry e USING (lea_id, school_year)
  LEFT JOIN increments i USING (lea_id, school_year, staff_id)
  WHERE t.base_cents > 0 AND y.is_teacher GROUP BY ALL),
whole_ AS (
  SELECT c.*, w.teacher_dollars, dollars(a.above_fine) AS above_entry, ratio(a.role_fine, a.above_fine) AS role_based,
    r.runway_years, r.money_ends_year, r.runway_years_status, ratio(c.cost, c.leaders) AS per_leader,
    ratio(c.incremental, w.teacher_dollars) AS pay_share, ratio(c.recurring_revenue, c.cost) AS coverage,
    coalesce(h.other_leaders, 0) AS other_leaders,
    CASE WHEN bool_and(c.net IS NOT NULL OR (NOT c.in_force AND c.cost_status = 'not_configured')) OVER lea
      AND bool_or(c.net IS NOT NULL) OVER lea THEN sum(c.net) OVER lea END AS lea_net
  FROM costs c LEFT JOIN wages w USING (lea_id, school_year) LEFT JOIN above a USING (lea_id, school_year)
  LEFT JOIN runway r USING (lea_id, program_id, school_year)
  LEFT JOIN (SELECT lea_id, program_id, school_year, count(*) AS other_leaders FROM who_leads WHERE NOT is_teacher GROUP BY ALL) h
    USING (lea_id, program_id, school_year)
  WINDOW lea AS (PARTITION BY c.lea_id, c.school_year))
SELECT lea_id, program_id, school_year,
  CASE WHEN in_force THEN 'in_force' ELSE 'not_in_force' END AS program_status, leaders, other_leaders, from_cents(role_cents) AS role_pay, money(dollars(increment_fine)) AS increments,
  money(benefit) AS benefit_load, money(incremental) AS incremental_pay,
  CASE WHEN unscheduled > 0 THEN 'no_schedule' WHEN leaders_without_increment > 0 THEN 'no_base_pay' ELSE 'ok' END AS incremental_pay_status,
  leaders_without_increment, money(teacher_dollars) AS teacher_compensation, rate(pay_share) AS pay_share_of_compensation,
  CASE WHEN teacher_dollars IS NULL THEN 'not_enough_data' WHEN pay_share IS NULL THEN 'zero_denominator' ELSE 'ok' END
    AS pay_share_of_compensation_status,
  rate(release_fte) AS release_fte, money(release_dollars) AS release_cost,
  CASE WHEN release_dollars IS NULL THEN 'not_enough_data' ELSE 'ok' END AS release_cost_status,
  money(training) AS training_cost, money(administration) AS administration_cost,
  CASE WHEN finance_known THEN 'ok' ELSE 'not_configured' END AS finance_status,
  from_cents(code_cents) AS program_pay, money(pay_benefit) AS program_benefits, money(cost) AS program_cost,
  cost_status AS program_cost_status, money(per_leader) AS cost_per_leader,
  CASE WHEN cost_status <> 'ok' THEN cost_status WHEN leaders = 0 THEN 'zero_denominator' ELSE 'ok' END AS cost_per_leader_status,
  money("offset") AS offsets, offset_status AS offsets_status, money(net) AS net_cost, net_status AS net_cost_status,
  money(change) AS net_change, change_status AS net_change_status, net <= 0 AS neutral,
  CASE WHEN net IS NULL THEN 'not_enough_data' WHEN net <= 0 THEN 'yes' ELSE 'no' END AS neutral_answer,
  CASE WHEN net IS NULL THEN
         CASE cost_status WHEN 'not_configured' THEN 'No pay, released time, training or administration of the program is on file.'
           WHEN 'not_enough_data' THEN 'Released time cannot be priced: no teacher of the LEA has base pay.'
           ELSE 'Offsets of the whole LEA cannot be shared: the sum of its programs'' cost is not above zero.' END
       WHEN net <= 0 THEN format('Documented offsets of {} cover the cost of {}.', CAST(money("offset") AS VARCHAR), CAST(money(cost) AS VARCHAR))
       ELSE format('The cost of {} is {} more than documented offsets of {}.', CAST(money(cost) AS VARCHAR),
         CAST(money(net) AS VARCHAR), CAST(money("offset") AS VARCHAR)) END AS neutral_reason,
  money(lea_net) AS lea_net_cost,
  CASE WHEN lea_net IS NULL THEN 'not_enough_data' WHEN lea_net <= 0 THEN 'yes' ELSE 'no' END AS lea_neutral_answer,
  money(recurring_revenue) AS recurring_revenue, rate(coverage) AS recurring_coverage,
  CASE WHEN recurring_revenue IS NULL THEN 'not_configured' WHEN cost_status <> 'ok' THEN cost_status
       WHEN coverage IS NULL THEN 'zero_denominator' ELSE 'ok' END AS recurring_coverage_status,
  rate(role_based) AS role_based_share,
  CASE WHEN above_entry IS NULL THEN 'no_schedule' WHEN role_based IS NULL THEN 'zero_denominator' ELSE 'ok' END AS role_based_share_status,
  rate(depth) AS increment_depth,
  CASE WHEN leaders = 0 THEN 'zero_denominator' WHEN depth IS NULL THEN 'no_base_pay' ELSE 'ok' END AS increment_depth_status,
  runway_years, money_ends_year, coalesce(runway_years_status, 'not_latest_year') AS runway_years_status
FROM whole_
WHERE in_force OR cost_status <> 'not_configured'
ORDER BY lea_id, program_id, school_year
