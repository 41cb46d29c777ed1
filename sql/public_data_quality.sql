-- Extracts in time, late and missing, by district and school year; the days are those of the latest extract.
CREATE OR REPLACE VIEW bi_public_data_quality AS
SELECT
    lea_id,
    school_year,
    SUM(CASE WHEN timeliness = 'on_time' THEN 1 ELSE 0 END) AS on_time,
    SUM(CASE WHEN timeliness = 'late' THEN 1 ELSE 0 END) AS late,
    SUM(CASE WHEN timeliness = 'missing' THEN 1 ELSE 0 END) AS missing,
    MAX(days_late) AS days_late
FROM public_data_quality
GROUP BY lea_id, school_year;
