-- Programs whose flows do not count every designation row: must return no row.
SELECT f.lea_id, f.program_id, f.school_year, f.persons, d.designation_rows
FROM (
    SELECT lea_id, program_id, school_year, SUM(persons) AS persons
    FROM ladder_flow GROUP BY lea_id, program_id, school_year
) AS f
FULL JOIN (
    SELECT lea_id, program_id, school_year, COUNT(*) AS designation_rows
    FROM designation GROUP BY lea_id, program_id, school_year
) AS d ON f.lea_id = d.lea_id AND f.program_id = d.program_id AND f.school_year = d.school_year
WHERE f.persons IS DISTINCT FROM d.designation_rows;
