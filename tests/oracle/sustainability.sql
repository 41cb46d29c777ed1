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
    r.runway_years, r.runway_years_status, r.money_ends_year, r.money_ends_year_status, ratio(c.cost, c.leaders) AS per_leader,
    ratio(c.incremental, w.teacher_dollars) AS pay_share, ratio(c.recurring_revenue, c.cost) AS coverage,
    coalesce(h.other_leaders, 0) AS other_leaders,
    CASE WHEN bool_and(c.net IS NOT NULL OR (NOT c.in_force AND c.cost_status = 'not_configured')) OVER lea
      AND bool_or(c.net IS NOT NULL) OVER lea THEN sum(c.net) OVER lea END AS lea_net
  FROM costs c LEFT JOIN wages w USING (lea_id, school_year) LEFT JOIN above a USING (lea_id, school_year)
  LEFT JOIN runway r USING (lea_id, program_id, school_year)
  LEFT JOIN (SELECT lea_id, program_id, school_year, count(*) AS other_leaders FROM who_leads WHERE NOT is_teacher GROUP BY ALL) h
    USING (lea_id, program_id, school_year)
  WINDOW lea AS (PARTITION BY c.lea_id, c.school_year)),
districts AS (
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
  money(overlap) AS cost_overlap, cost_status AS program_cost_status, money(per_leader) AS cost_per_leader,
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
  runway_years, coalesce(runway_years_status, 'not_latest_year') AS runway_years_status,
  money_ends_year, coalesce(money_ends_year_status, 'not_latest_year') AS money_ends_year_status
FROM whole_
WHERE in_force OR cost_status <> 'not_configured'),
shown AS (SELECT * FROM whole_ WHERE in_force OR cost_status <> 'not_configured'),
sums AS (
  SELECT program_id, school_year, bool_or(in_force) AS in_force, sum(leaders) AS leaders, sum(other_leaders) AS other_leaders,
    sum(role_cents) AS role_cents, sum(code_cents) AS code_cents, sum(increment_fine) AS increment_fine,
    dollars(sum(whole(benefit * 1e8))) AS benefit, dollars(sum(whole(incremental * 1e8))) AS incremental,
    dollars(sum(whole(pay_benefit * 1e8))) AS pay_benefit, dollars(sum(whole(release_fte * 1e8))) AS release_fte,
    sum(unscheduled) AS unscheduled, sum(leaders_without_increment) AS leaders_without_increment,
    dollars(sum(whole(teacher_dollars * 1e8))) AS teacher_dollars, dollars(sum(whole(release_dollars * 1e8))) AS release_dollars,
    dollars(sum(whole(cost * 1e8))) AS cost, dollars(sum(whole(overlap * 1e8))) AS overlap, dollars(sum(whole(training * 1e8))) AS training,
    dollars(sum(whole(administration * 1e8))) AS administration,
    dollars(sum(whole(incremental * 1e8)) FILTER (WHERE teacher_dollars IS NOT NULL)) AS compensated,
    coalesce(sum(leaders) FILTER (WHERE cost IS NOT NULL), 0) AS priced,
    CASE WHEN bool_and(teacher_dollars IS NOT NULL) THEN 'ok' WHEN bool_or(teacher_dollars IS NOT NULL) THEN 'partly_known'
         ELSE 'not_enough_data' END AS wages_known,
    CASE WHEN bool_and(release_dollars IS NOT NULL) THEN 'ok' WHEN bool_or(release_dollars IS NOT NULL) THEN 'partly_known'
         ELSE 'not_enough_data' END AS release_known,
    CASE WHEN bool_and(cost IS NOT NULL) THEN 'ok' WHEN bool_or(cost IS NOT NULL) THEN 'partly_known' ELSE 'not_configured' END AS cost_known,
    CASE WHEN bool_and(finance_known) THEN 'ok' WHEN bool_or(finance_known) THEN 'partly_known' ELSE 'not_configured' END AS finance
  FROM shown GROUP BY program_id, school_year),
state AS (
  SELECT program_id, school_year, CASE WHEN in_force THEN 'in_force' ELSE 'not_in_force' END AS program_status, leaders, other_leaders,
    from_cents(role_cents) AS role_pay, money(dollars(increment_fine)) AS increments, money(benefit) AS benefit_load,
    money(incremental) AS incremental_pay,
    CASE WHEN unscheduled > 0 THEN 'no_schedule' WHEN leaders_without_increment > 0 THEN 'no_base_pay' ELSE 'ok' END AS incremental_pay_status,
    leaders_without_increment, money(teacher_dollars) AS teacher_compensation,
    rate(ratio(compensated, teacher_dollars)) AS pay_share_of_compensation,
    CASE WHEN teacher_dollars <= 0 THEN 'zero_denominator' ELSE wages_known END AS pay_share_of_compensation_status,
    rate(release_fte) AS release_fte, money(release_dollars) AS release_cost, release_known AS release_cost_status,
    money(training) AS training_cost, money(administration) AS administration_cost, finance AS finance_status,
    from_cents(code_cents) AS program_pay, money(pay_benefit) AS program_benefits, money(cost) AS program_cost,
    money(overlap) AS cost_overlap, cost_known AS program_cost_status, money(ratio(cost, priced)) AS cost_per_leader,
    CASE WHEN priced = 0 AND cost IS NOT NULL THEN 'zero_denominator' ELSE cost_known END AS cost_per_leader_status,
    'not_applicable' AS offsets_status, 'not_applicable' AS net_cost_status, 'not_applicable' AS net_change_status,
    'not_applicable' AS neutral_answer, 'not_applicable' AS lea_neutral_answer, 'not_applicable' AS recurring_coverage_status,
    'not_applicable' AS role_based_share_status, 'not_applicable' AS increment_depth_status, 'not_applicable' AS runway_years_status, 'not_applicable' AS money_ends_year_status,
    'Neutrality is asked of each district; this row is the whole state.' AS neutral_reason
  FROM sums)
FROM (FROM districts UNION ALL BY NAME FROM state)
ORDER BY lea_id NULLS LAST, program_id, school_year
