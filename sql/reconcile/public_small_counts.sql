-- Published counts of one to five persons, below any policy: must return no row.
SELECT 'public_designation' AS mart, program_id, school_year, persons
FROM public_designation WHERE persons BETWEEN 1 AND 5
UNION ALL
SELECT 'public_retention', program_id, school_year, persons
FROM public_retention WHERE persons BETWEEN 1 AND 5
UNION ALL
SELECT 'public_ladder_flow', program_id, school_year, persons
FROM public_ladder_flow WHERE persons BETWEEN 1 AND 5;
