SELECT lea_id, program_id, school_year,
  CASE WHEN a.program_id IS NULL THEN 'not_in_force' ELSE 'in_force' END AS program_status, stream, money(dollars) AS amount, money(soft_dollars) AS soft_amount,
  money(other_dollars) AS other_amount, rate(ratio(dollars, cost)) AS share
FROM cost_by_stream LEFT JOIN (SELECT DISTINCT lea_id, program_id, school_year FROM adopted) a USING (lea_id, program_id, school_year)
ORDER BY lea_id, program_id, school_year, stream
