-- Designations of nobody on file that year: must return no row (an ended or travelling one may be off the roster).
SELECT d.program_id, d.school_year, COUNT(*) AS persons
FROM designation AS d
LEFT JOIN dim_educator AS e ON d.staff_id = e.staff_id
WHERE e.staff_id IS NULL AND d.level IS NOT NULL
GROUP BY d.program_id, d.school_year;
