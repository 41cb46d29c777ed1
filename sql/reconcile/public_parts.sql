-- Places of a confidential program whose shown parts are more than their shown whole: must return no row.
SELECT grain, lea_id, program_id, school_year
FROM public_designation
WHERE grain <> 'school'
GROUP BY grain, lea_id, program_id, school_year
HAVING SUM(CASE WHEN level <> 'all' THEN persons ELSE 0 END) > MAX(CASE WHEN level = 'all' THEN persons END);
