-- Teachers and evaluators side by side by district and for the state; a span only where both its counts are shown.
CREATE OR REPLACE VIEW bi_public_span AS
SELECT
    t.grain,
    t.lea_id,
    t.school_year,
    t.persons AS teachers,
    e.persons AS evaluators,
    w.persons AS evaluators_without_leaders,
    CASE WHEN e.persons > 0 THEN CAST(t.persons AS DOUBLE) / e.persons END AS span,
    CASE WHEN w.persons > 0 THEN CAST(t.persons AS DOUBLE) / w.persons END AS span_without_leaders
FROM public_span AS t
LEFT JOIN public_span AS e
    ON e.measure = 'evaluators'
    AND t.grain = e.grain
    AND t.school_year = e.school_year
    AND t.lea_id IS NOT DISTINCT FROM e.lea_id
LEFT JOIN public_span AS w
    ON w.measure = 'evaluators_without_leaders'
    AND t.grain = w.grain
    AND t.school_year = w.school_year
    AND t.lea_id IS NOT DISTINCT FROM w.lea_id
WHERE t.measure = 'teachers';
