-- What became of those whom a leader coached, beside the district.
CREATE OR REPLACE VIEW bi_coach_outcome AS
SELECT
    *,
    share - lea_median AS above_median
FROM coach_outcome;
