-- How many students do the highest-rated teachers reach, in rich and in poor schools?
SELECT
    poverty_quartile, sum(students_of_top_rated) AS students_of_top_rated, sum(students) AS students,
    round(sum(students_of_top_rated) / sum(students), 4) AS share
FROM top_rated_reach
WHERE poverty_quartile IS NOT NULL AND school_year = (SELECT max(school_year) FROM top_rated_reach)
GROUP BY poverty_quartile
ORDER BY poverty_quartile;
