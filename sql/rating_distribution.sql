-- Teachers by band of each rating system, with the width of the spread.
CREATE OR REPLACE VIEW bi_rating_distribution AS
SELECT
    *,
    band IS NOT NULL AS is_rated
FROM rating_distribution;
