-- Declared goals beside what became of them; is_due: the year of the goal is here.
CREATE OR REPLACE VIEW bi_goal_progress AS
SELECT
    *,
    school_year >= by_year AS is_due
FROM goal_progress;
