-- Awards that end; amount_per_person: what each person loses.
CREATE OR REPLACE VIEW bi_sunset AS
SELECT
    *,
    CASE WHEN persons > 0 THEN recurring_amount / persons END AS amount_per_person
FROM sunset;
