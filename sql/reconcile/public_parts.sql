-- Public places whose published parts are more than their published whole: must return no row.
SELECT grain, lea_id, school_id, program_id, school_year
FROM public_designation
GROUP BY grain, lea_id, school_id, program_id, school_year
HAVING SUM(CASE WHEN level <> 'all' THEN persons_low ELSE 0 END) > MAX(CASE WHEN level = 'all' THEN persons_high END);
