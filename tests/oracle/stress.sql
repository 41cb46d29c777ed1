WITH yearly AS (
  SELECT p.lea_id, p.program_id, m.shock, p.base_year, p.future_year, p.expected, p.persons,
    CASE WHEN p.future_year = p.base_year THEN p.recurring + p.ending_grants
         ELSE p.recurring * m.recurring_factor + CASE WHEN m.keeps_grants THEN p.ending_grants ELSE 0 END END AS purse,
    CASE WHEN p.recurring IS NULL THEN 'not_configured' WHEN p.cost_status IN ('ok', 'not_configured') THEN p.cost_status
         ELSE 'not_enough_data' END AS status
  FROM projection p JOIN shock_money m ON p.scenario = 'shock:' || m.shock),
firsts AS (
  SELECT lea_id, program_id, shock, any_value(base_year) AS base_year, max(future_year) AS last_year,
    min(future_year) FILTER (WHERE expected > purse) AS broken, arg_min(status, future_year) FILTER (WHERE status <> 'ok') AS lacking
  FROM yearly GROUP BY ALL),
shown AS (
  SELECT f.*, y.expected, y.purse, y.persons FROM firsts f JOIN yearly y USING (lea_id, program_id, shock)
  WHERE y.future_year = coalesce(f.broken, f.last_year)),
told AS (
  SELECT lea_id, program_id, shock, lacking, broken AS first_year_broken,
    money(CASE WHEN broken IS NOT NULL THEN expected - purse END) AS gap_that_year,
    CAST(floor(greatest(0, rate(CASE WHEN broken IS NULL THEN persons ELSE persons * purse / expected END))) AS INT) AS leaders_payable,
    rate(persons) AS leaders_expected,
    CASE WHEN broken IS NULL THEN 'A' WHEN broken - base_year >= 6 THEN 'B' WHEN broken - base_year >= 3 THEN 'C'
         WHEN broken - base_year >= 1 THEN 'D' ELSE 'F' END AS grade,
    CASE lacking WHEN 'not_configured' THEN 'Cost, cost-of-living raise or recurring revenue is not configured.'
         WHEN 'not_enough_data' THEN 'Too little is on file to project the program.'
         ELSE CASE WHEN broken IS NULL THEN format('The money covers expected cost in every year to {}.', last_year)
           ELSE format('In {} expected cost is {} and the money {}.', broken, CAST(money(expected) AS VARCHAR), CAST(money(purse) AS VARCHAR)) END
         END AS reason
  FROM shown)
SELECT lea_id, program_id, shock, CASE WHEN lacking IS NULL THEN first_year_broken END AS first_year_broken,
  CASE WHEN lacking IS NULL THEN gap_that_year END AS gap_that_year, CASE WHEN lacking IS NULL THEN leaders_payable END AS leaders_payable,
  CASE WHEN lacking IS NULL THEN leaders_expected END AS leaders_expected, CASE WHEN lacking IS NULL THEN grade END AS grade, reason
FROM told
ORDER BY lea_id, program_id, shock
