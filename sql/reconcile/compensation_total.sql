-- Dollars of `compensation` by LEA and year, to be set against accepted payroll.
SELECT lea_id, school_year, SUM(amount) AS amount, COUNT(DISTINCT staff_id) AS persons
FROM compensation
GROUP BY lea_id, school_year
ORDER BY lea_id, school_year;
