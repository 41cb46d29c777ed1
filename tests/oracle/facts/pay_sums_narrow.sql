-- The one pass over the pay lines where no mart asks for hours or schools.
CREATE TEMP TABLE pay_sums AS
SELECT lea_id, school_year, staff_id, pay_code, fund_code, CAST(sum(amount) * 100 AS BIGINT) AS cents
FROM payroll GROUP BY ALL;
