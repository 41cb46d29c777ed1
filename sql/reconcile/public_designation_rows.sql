-- Published wholes that are not the number of designation rows: must return no row.
SELECT p.lea_id, p.program_id, p.school_year, p.persons, d.designation_rows
FROM public_designation AS p
LEFT JOIN (
    SELECT lea_id, program_id, school_year, COUNT(*) AS designation_rows
    FROM designation GROUP BY lea_id, program_id, school_year
) AS d ON p.lea_id = d.lea_id AND p.program_id = d.program_id AND p.school_year = d.school_year
WHERE p.grain = 'lea' AND p.level = 'all' AND p.persons IS NOT NULL AND p.persons IS DISTINCT FROM d.designation_rows;
