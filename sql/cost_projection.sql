-- Ten years of cost. `growth_a_year` is the compound yearly growth of expected cost since year 0.
CREATE OR REPLACE VIEW bi_cost_projection AS
SELECT
    *,
    future_year - MIN(future_year) OVER path AS years_ahead,
    revenue - expected AS surplus,
    SUM(expected) OVER (
        PARTITION BY lea_id, program_id, scenario ORDER BY future_year ROWS UNBOUNDED PRECEDING
    ) AS accumulated_cost,
    CASE
        WHEN future_year > MIN(future_year) OVER path AND FIRST_VALUE(expected) OVER ordered > 0 AND expected > 0
            THEN POWER(
                CAST(expected AS DOUBLE) / CAST(FIRST_VALUE(expected) OVER ordered AS DOUBLE),
                1.0 / (future_year - MIN(future_year) OVER path)
            ) - 1
    END AS growth_a_year
FROM cost_projection
WINDOW
    path AS (PARTITION BY lea_id, program_id, scenario),
    ordered AS (PARTITION BY lea_id, program_id, scenario ORDER BY future_year);
