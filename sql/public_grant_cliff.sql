-- Money that ends, by its first school year without: published amounts, and how many of a place are hidden.
CREATE OR REPLACE VIEW bi_public_grant_cliff AS
SELECT
    grain,
    lea_id,
    program_id,
    school_year,
    ends AS first_year_without,
    SUM(amount) AS amount,
    SUM(CASE WHEN mask = 'suppressed' THEN 1 ELSE 0 END) AS hidden
FROM public_grant_cliff
WHERE ends NOT IN ('all', 'recurs', 'unknown')
GROUP BY grain, lea_id, program_id, school_year, ends;
