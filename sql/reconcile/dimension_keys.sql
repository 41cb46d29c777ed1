-- Programs and years of designations that their dimension lacks: must return no row.
SELECT d.program_id, d.school_year
FROM designation AS d
LEFT JOIN dim_program AS p ON d.program_id = p.program_id
LEFT JOIN dim_year AS y ON d.school_year = y.school_year
WHERE p.program_id IS NULL OR y.school_year IS NULL;
