-- Do the poorest schools have teacher leaders as often as the others?
SELECT poverty_quartile, schools_with_leader, schools, coverage
FROM coverage
WHERE lea_id IS NULL AND program_id IS NULL AND poverty_quartile IS NOT NULL
    AND school_year = (SELECT max(school_year) FROM coverage)
ORDER BY poverty_quartile;
