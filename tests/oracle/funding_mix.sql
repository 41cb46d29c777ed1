WITH lines AS (
  SELECT lea_id, program_id, school_year, stream, CAST(sum(cents) AS BIGINT) AS cents,
    sum(CASE WHEN is_soft THEN cents ELSE 0 END) AS soft_cents
  FROM pay WHERE program_id IS NOT NULL GROUP BY ALL)
SELECT lea_id, program_id, school_year, stream, from_cents(cents) AS amount, from_cents(soft_cents) AS soft_amount,
  rate(ratio(cents, sum(cents) OVER p)) AS share
FROM lines WINDOW p AS (PARTITION BY lea_id, program_id, school_year)
ORDER BY lea_id, program_id, school_year, stream
