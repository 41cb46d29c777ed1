-- Findings with their evidence. `of_kind` counts the findings of a kind in the LEA and year.
CREATE OR REPLACE VIEW bi_exceptions AS
SELECT
    *,
    COUNT(*) OVER (PARTITION BY kind, lea_id, school_year) AS of_kind
FROM exceptions;
