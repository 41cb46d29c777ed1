SELECT lea_id, program_id, school_year, stream, money(dollars) AS amount, money(soft_dollars) AS soft_amount,
  money(other_dollars) AS other_amount, rate(ratio(dollars, cost)) AS share
FROM cost_by_stream
ORDER BY lea_id, program_id, school_year, stream
