-- Ten years of cost of the state, where shown; how many years ahead, and how wide the band is.
CREATE OR REPLACE VIEW bi_public_projection AS
SELECT
    *,
    future_year - school_year AS years_ahead,
    p90 - p10 AS band,
    mask = 'suppressed' AS is_hidden
FROM public_projection;
