-- Were goals declared before the programs began, and were they reached?
SELECT
    measure, declared_before_start, count(*) AS goals, count(*) FILTER (WHERE reached) AS reached,
    count(*) FILTER (WHERE reached IS NULL) AS not_known
FROM goal_progress
WHERE school_year = by_year
GROUP BY measure, declared_before_start
ORDER BY measure, declared_before_start;
