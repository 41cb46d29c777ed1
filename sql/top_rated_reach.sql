-- Students of top-rated teachers, and how many more they teach than others.
CREATE OR REPLACE VIEW bi_top_rated_reach AS
SELECT
    *,
    CASE WHEN students_per_other > 0 THEN students_per_top_rated / students_per_other END AS times_others
FROM top_rated_reach;
