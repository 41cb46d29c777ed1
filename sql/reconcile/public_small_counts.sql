-- Shown counts of one to five persons of confidential programs, below any policy: must return no row.
SELECT 'public_designation' AS mart, d.program_id, d.school_year, d.persons
FROM public_designation AS d
INNER JOIN dim_program AS p ON p.program_id = d.program_id
WHERE p.visibility = 'confidential' AND d.persons BETWEEN 1 AND 5
UNION ALL
SELECT 'public_retention', r.program_id, r.school_year, r.persons
FROM public_retention AS r
WHERE r.outcome NOT IN ('all', 'outcome_unknown') AND r.persons BETWEEN 1 AND 5;
