-- Leaders per 100 teachers by poverty quartile, where both counts are published exactly.
CREATE OR REPLACE VIEW bi_public_access AS
SELECT
    t.grain,
    t.lea_id,
    t.school_year,
    t.poverty_quartile,
    t.persons AS teachers,
    l.persons AS leaders,
    CASE WHEN t.persons > 0 THEN 100 * CAST(l.persons AS DOUBLE) / t.persons END AS leaders_per_100_teachers
FROM public_access AS t
LEFT JOIN public_access AS l
    ON l.measure = 'leaders'
    AND t.grain = l.grain
    AND t.school_year = l.school_year
    AND t.poverty_quartile = l.poverty_quartile
    AND t.lea_id IS NOT DISTINCT FROM l.lea_id
WHERE t.measure = 'teachers';
