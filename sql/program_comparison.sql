-- Programs side by side, adopted or simulated. `cost_per_teacher` spreads the cost over all teachers.
CREATE OR REPLACE VIEW bi_program_comparison AS
SELECT
    *,
    CASE WHEN designees > 0 THEN CAST(cost AS DOUBLE) * share_of_teachers / designees END AS cost_per_teacher
FROM program_comparison;
