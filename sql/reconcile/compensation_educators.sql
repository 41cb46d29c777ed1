-- Pay of a person and year that `educator_year` has in full and `compensation` does not: must return no row.
SELECT e.staff_id, e.school_year, e.pay_total, c.amount
FROM educator_year AS e
LEFT JOIN (
    SELECT staff_id, school_year, SUM(amount) AS amount
    FROM compensation GROUP BY staff_id, school_year
) AS c ON e.staff_id = c.staff_id AND e.school_year = c.school_year
WHERE e.pay_total <> COALESCE(c.amount, 0);
