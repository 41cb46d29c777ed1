-- Positions in use against the school's positions before the model. Neutral: balance of zero or more.
CREATE OR REPLACE VIEW bi_position_exchange AS
SELECT
    *,
    balance >= 0 AS within_budget,
    CASE WHEN baseline_units > 0 THEN units / baseline_units END AS share_of_baseline
FROM position_exchange;
