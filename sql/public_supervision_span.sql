-- Teachers and evaluators side by side; the span only where both are published exactly.
CREATE OR REPLACE VIEW bi_public_supervision_span AS
SELECT
    t.grain,
    t.lea_id,
    t.school_id,
    t.school_year,
    t.persons AS teachers,
    e.persons AS evaluators,
    CASE WHEN e.persons > 0 THEN CAST(t.persons AS DOUBLE) / e.persons END AS span
FROM public_supervision_span AS t
LEFT JOIN public_supervision_span AS e
    ON e.measure = 'evaluators'
    AND t.grain = e.grain
    AND t.school_year = e.school_year
    AND t.lea_id IS NOT DISTINCT FROM e.lea_id
    AND t.school_id IS NOT DISTINCT FROM e.school_id
WHERE t.measure = 'teachers';
