-- Shown districts that do not add up to their state, where all are shown: must return no row.
SELECT program_id, school_year, level
FROM public_designation
WHERE grain IN ('lea', 'state')
GROUP BY program_id, school_year, level
HAVING COUNT(*) = COUNT(persons)
    AND SUM(CASE WHEN grain = 'lea' THEN persons ELSE 0 END) <> SUM(CASE WHEN grain = 'state' THEN persons ELSE 0 END);
