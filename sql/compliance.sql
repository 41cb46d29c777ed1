-- Caps, floors, spending and span rules. `margin` is value less bound.
CREATE OR REPLACE VIEW bi_compliance AS
SELECT
    *,
    value - bound AS margin,
    CASE WHEN passes IS NULL THEN 'not measured' WHEN passes THEN 'passes' ELSE 'fails' END AS verdict
FROM compliance;
