-- Outcomes of schools that gained leaders beside their like. `is_clear`: the interval leaves 0 out. No cause is claimed.
CREATE OR REPLACE VIEW bi_school_outcome_association AS
SELECT
    *,
    difference_low > 0 OR difference_high < 0 AS is_clear
FROM school_outcome_association;
