-- Programs whose shares do not sum to 1: must return no row.
SELECT lea_id, program_id, school_year, SUM(share) AS shares
FROM funding_mix
GROUP BY lea_id, program_id, school_year
HAVING ABS(SUM(share) - 1) > 0.00001;
