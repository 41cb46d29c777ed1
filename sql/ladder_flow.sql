-- Flows between levels. `direction` compares with the year before; null levels read as '(none)'.
CREATE OR REPLACE VIEW bi_ladder_flow AS
SELECT
    lea_id,
    program_id,
    school_year,
    COALESCE(from_level, '(none)') AS from_level,
    COALESCE(to_level, '(none)') AS to_level,
    persons,
    hazard,
    median_years_to_level,
    CASE
        WHEN from_level IS NULL AND to_level IS NULL THEN 'none'
        WHEN from_level IS NULL THEN 'in'
        WHEN to_level IS NULL THEN 'out'
        WHEN from_level = to_level THEN 'same'
        ELSE 'moved'
    END AS direction,
    CAST(persons AS DOUBLE) / SUM(persons) OVER (PARTITION BY lea_id, program_id, school_year) AS share_of_rows
FROM ladder_flow;
