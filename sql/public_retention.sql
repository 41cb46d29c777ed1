-- Shown outcomes over the shown whole of their group; null where either is hidden.
CREATE OR REPLACE VIEW bi_public_retention AS
SELECT
    p.*,
    CASE WHEN w.persons > 0 THEN CAST(p.persons AS DOUBLE) / w.persons END AS rate,
    p.mask = 'suppressed' AS is_hidden
FROM public_retention AS p
LEFT JOIN public_retention AS w
    ON w.outcome = 'all'
    AND w.comparison_group = p.comparison_group
    AND w.program_id IS NOT DISTINCT FROM p.program_id
    AND w.school_year = p.school_year
    AND w.grain = p.grain
    AND w.lea_id IS NOT DISTINCT FROM p.lea_id
WHERE p.outcome <> 'all';
