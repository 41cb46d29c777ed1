-- Published outcomes over the published whole of their group; null where either is hidden.
CREATE OR REPLACE VIEW bi_public_retention AS
SELECT
    *,
    CASE WHEN percent_low = percent_high THEN percent_low / 100 END AS rate,
    mask = 'suppressed' AS is_hidden
FROM public_retention;
