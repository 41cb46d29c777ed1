-- Rules broken and timeliness. `is_late` is null where the calendar has no due day.
CREATE OR REPLACE VIEW bi_data_quality AS
SELECT
    *,
    days_late > 0 AS is_late
FROM data_quality;
