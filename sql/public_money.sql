-- A program's money, each part with the whole that its dimension adds up to, and its share where both are shown.
CREATE OR REPLACE VIEW bi_public_money AS
SELECT
    p.*,
    COALESCE(own.amount, cost.amount) AS whole,
    CASE
        WHEN COALESCE(own.amount, cost.amount) > 0
            THEN CAST(p.amount AS DOUBLE) / CAST(COALESCE(own.amount, cost.amount) AS DOUBLE)
    END AS share,
    p.mask = 'suppressed' AS is_hidden
FROM public_money AS p
LEFT JOIN public_money AS own
    ON own.part = 'all'
    AND own.dimension = p.dimension
    AND own.program_id = p.program_id
    AND own.school_year = p.school_year
    AND own.grain = p.grain
    AND own.lea_id IS NOT DISTINCT FROM p.lea_id
LEFT JOIN public_money AS cost
    ON cost.dimension = 'all'
    AND cost.program_id = p.program_id
    AND cost.school_year = p.school_year
    AND cost.grain = p.grain
    AND cost.lea_id IS NOT DISTINCT FROM p.lea_id
WHERE p.part <> 'all';
