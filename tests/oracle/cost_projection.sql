SELECT lea_id, program_id, scenario, future_year, money(expected) AS expected, rate(persons) AS persons, money(revenue) AS revenue,
  cost_status, revenue_status
FROM projection WHERE NOT starts_with(scenario, 'shock:')
ORDER BY lea_id, program_id, scenario, future_year
