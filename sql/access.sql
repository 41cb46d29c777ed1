-- Leaders and money by school poverty. Ratios of 1 mean that high-poverty schools have their share.
CREATE OR REPLACE VIEW bi_access AS
SELECT
    *,
    CASE WHEN teachers > 0 THEN CAST(students AS DOUBLE) / teachers END AS students_per_teacher,
    CASE WHEN SUM(leaders) OVER lea > 0 AND teachers > 0
        THEN (CAST(leaders AS DOUBLE) / SUM(leaders) OVER lea) / (CAST(teachers AS DOUBLE) / SUM(teachers) OVER lea)
    END AS leader_share_over_teacher_share,
    CASE WHEN SUM(leader_pay) OVER lea > 0 AND students > 0
        THEN (CAST(leader_pay AS DOUBLE) / CAST(SUM(leader_pay) OVER lea AS DOUBLE))
            / (CAST(students AS DOUBLE) / SUM(students) OVER lea)
    END AS pay_share_over_student_share
FROM access
WINDOW lea AS (PARTITION BY lea_id, school_year);
