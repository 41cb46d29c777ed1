-- Expected cost of every cohort under every scenario, year by year (M16); revenue beside it.
CREATE TEMP TABLE scenario_moves AS
WITH exits AS (
  SELECT m.lea_id, m.program_id, m.from_state, s.scenario, s.designation_growth,
    least(1, coalesce(sum(m.share) FILTER (WHERE m.to_state IS NULL), 0) * any_value(s.attrition_factor)) AS exit_share,
    coalesce(sum(m.share) FILTER (WHERE m.to_state IS NOT NULL), 0) AS stay_share
  FROM cohort_moves m CROSS JOIN scenarios s WHERE s.cola IS NOT NULL GROUP BY ALL)
SELECT m.lea_id, m.program_id, e.scenario, m.from_state, m.to_state, m.share * (1 - e.exit_share) / e.stay_share AS share,
  1.0 AS yearly_growth
FROM cohort_moves m JOIN exits e USING (lea_id, program_id, from_state)
WHERE m.to_state IS NOT NULL AND m.share > 0
UNION ALL -- entrants come from a state '' that always holds one
SELECT c.lea_id, c.program_id, s.scenario, '', c.state, c.entries, 1 + s.designation_growth
FROM cohort_states c CROSS JOIN scenarios s WHERE s.cola IS NOT NULL AND c.entries > 0
UNION ALL
SELECT c.lea_id, c.program_id, s.scenario, '', '', 1, 1 FROM cohorts c CROSS JOIN scenarios s
WHERE s.cola IS NOT NULL AND c.can_project;

CREATE TEMP TABLE expected_people AS
WITH RECURSIVE people AS (
  SELECT 0 AS year, c.lea_id, c.program_id, s.scenario, c.state, CAST(c.persons AS DOUBLE) AS persons
  FROM cohort_states c CROSS JOIN scenarios s WHERE s.cola IS NOT NULL AND c.persons > 0
  UNION ALL
  SELECT 0, c.lea_id, c.program_id, s.scenario, '', 1.0
  FROM cohorts c CROSS JOIN scenarios s WHERE s.cola IS NOT NULL AND c.can_project
  UNION ALL
  SELECT * FROM (
    SELECT any_value(p.year) + 1, p.lea_id, p.program_id, p.scenario, m.to_state,
      sum(p.persons * m.share * pow(m.yearly_growth, p.year + 1))
    FROM people p JOIN scenario_moves m ON m.lea_id = p.lea_id AND m.program_id = p.program_id AND m.scenario = p.scenario
      AND m.from_state = p.state
    WHERE p.year < (SELECT years FROM parameters) GROUP BY p.lea_id, p.program_id, p.scenario, m.to_state))
SELECT p.year, p.lea_id, p.program_id, p.scenario, coalesce(sum(p.persons * s.unit), 0) AS cost,
  coalesce(sum(p.persons * s.is_leader), 0) AS leaders
FROM people p LEFT JOIN cohort_states s USING (lea_id, program_id, state)
GROUP BY p.year, p.lea_id, p.program_id, p.scenario;

-- what schedule steps do to pay: who stays rises a step a year, who enters starts at the entrants' mean step
CREATE TEMP TABLE seniority AS
WITH RECURSIVE arriving AS (
  SELECT lea_id, program_id, sum(entries * is_leader) AS entrants FROM cohort_states GROUP BY ALL),
climbing AS (
  SELECT 0 AS year, c.lea_id, c.program_id, s.scenario, s.designation_growth, c.step_now AS step, c.step_now, c.step_entry,
    c.step_last, c.step_growth, coalesce(a.entrants, 0) AS entrants
  FROM cohorts c CROSS JOIN scenarios s LEFT JOIN arriving a USING (lea_id, program_id) WHERE c.can_project AND s.cola IS NOT NULL
  UNION ALL
  SELECT year, lea_id, program_id, scenario, designation_growth,
    CASE WHEN staying + coming > 0 THEN (staying * least(step + 1, step_last) + coming * step_entry) / (staying + coming) ELSE step END,
    step_now, step_entry, step_last, step_growth, entrants
  FROM (
    SELECT c.* REPLACE (c.year + 1 AS year), c.entrants * pow(1 + c.designation_growth, c.year + 1) AS coming,
      greatest(0, p.leaders - coming) AS staying
    FROM climbing c JOIN expected_people p
      ON p.lea_id = c.lea_id AND p.program_id = c.program_id AND p.scenario = c.scenario AND p.year = c.year + 1))
SELECT year, lea_id, program_id, scenario, pow(1 + step_growth, step - step_now) AS factor FROM climbing;

CREATE TEMP TABLE projection AS
WITH paths AS (
  SELECT p.lea_id, p.program_id, p.scenario, p.year, p.leaders,
    (p.cost * f.factor + c.cost - c.scheduled
       - first_value(p.cost) OVER (PARTITION BY p.lea_id, p.program_id, p.scenario ORDER BY p.year))
    * pow(1 + k.stipend_growth, p.year) + c.scheduled * pow(1 + s.cola, p.year) AS expected
  FROM expected_people p JOIN seniority f USING (year, lea_id, program_id, scenario) JOIN scenarios s USING (scenario)
  JOIN cohorts c USING (lea_id, program_id) CROSS JOIN parameters k)
SELECT c.lea_id, c.program_id, s.scenario, c.base_year, c.base_year + y.year AS future_year,
  CASE WHEN p.year IS NOT NULL THEN p.expected WHEN y.year = 0 THEN c.cost END AS expected,
  CASE WHEN p.year IS NOT NULL THEN p.leaders WHEN y.year = 0 THEN c.leaders END AS persons,
  r.recurring, r.recurring + CASE WHEN s.grants_renewed THEN r.all_grants ELSE r.ending_grants END AS revenue, r.ending_grants,
  CASE WHEN y.year = 0 OR c.cost_status <> 'ok' THEN c.cost_status WHEN s.cola IS NULL THEN 'not_configured'
       WHEN p.year IS NULL THEN 'not_enough_data' ELSE 'ok' END AS cost_status,
  CASE WHEN r.recurring IS NULL THEN 'not_configured' ELSE 'ok' END AS revenue_status
FROM cohorts c CROSS JOIN scenarios s CROSS JOIN parameters k, LATERAL (SELECT unnest(range(k.years + 1)) AS year) y
LEFT JOIN paths p ON p.lea_id = c.lea_id AND p.program_id = c.program_id AND p.scenario = s.scenario AND p.year = y.year
LEFT JOIN revenue r ON r.lea_id = c.lea_id AND r.program_id = c.program_id AND r.future_year = c.base_year + y.year;

CREATE TEMP TABLE runway AS
WITH firsts AS (
  SELECT p.lea_id, p.program_id, min(p.future_year) AS school_year, min(p.future_year) FILTER (WHERE p.expected > p.recurring) AS first,
    min(p.future_year) FILTER (WHERE p.expected > p.revenue) AS money_ends_year, bool_or(p.recurring IS NULL) AS unreported,
    arg_min(p.cost_status, p.future_year) FILTER (WHERE p.cost_status <> 'ok') AS lacking
  FROM projection p JOIN parameters k ON k.runway_scenario = p.scenario GROUP BY ALL),
said AS (
  SELECT *, CASE WHEN unreported THEN 'not_configured' WHEN first IS NOT NULL THEN 'ok'
                 ELSE coalesce(lacking, 'beyond_horizon') END AS runway_years_status,
    CASE WHEN unreported THEN 'not_configured' WHEN money_ends_year IS NOT NULL THEN 'ok'
         ELSE coalesce(lacking, 'beyond_horizon') END AS money_ends_year_status
  FROM firsts)
SELECT lea_id, program_id, school_year, runway_years_status, money_ends_year_status,
  CASE WHEN runway_years_status = 'ok' THEN first - school_year END AS runway_years,
  CASE WHEN money_ends_year_status = 'ok' THEN money_ends_year END AS money_ends_year
FROM said;
