-- Every accepted payroll dollar once. Sum `amount`; never sum `base_counterfactual` without its base row.
CREATE OR REPLACE VIEW bi_compensation AS
SELECT
    *,
    SUM(amount) OVER (PARTITION BY staff_id, lea_id, school_year) AS person_total,
    stream IN ('competitive_federal', 'philanthropic', 'time_limited_levy') AS soft_stream
FROM compensation;
