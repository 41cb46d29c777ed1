-- Students and teachers whom leaders reach, per leader.
CREATE OR REPLACE VIEW bi_reach AS
SELECT
    *,
    CASE WHEN leaders > 0 THEN CAST(students_reached AS DOUBLE) / leaders END AS students_per_leader,
    CASE WHEN leaders > 0 THEN CAST(teachers_coached AS DOUBLE) / leaders END AS coached_per_leader
FROM reach;
