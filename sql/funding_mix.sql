-- Who pays for a program. `soft_share`: soft money of the program over all its pay, the same on each stream's row.
CREATE OR REPLACE VIEW bi_funding_mix AS
SELECT
    *,
    CASE WHEN SUM(amount) OVER program > 0
        THEN CAST(SUM(soft_amount) OVER program AS DOUBLE) / CAST(SUM(amount) OVER program AS DOUBLE)
    END AS soft_share
FROM funding_mix
WINDOW program AS (PARTITION BY lea_id, program_id, school_year);
