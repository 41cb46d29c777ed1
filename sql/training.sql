-- Hours of courses; days_per_person: hours over eight.
CREATE OR REPLACE VIEW bi_training AS
SELECT
    *,
    hours_per_person / 8 AS days_per_person
FROM training;
