-- In how many schools is there a teacher leader?
SELECT school_year, schools_with_leader, schools, coverage
FROM coverage
WHERE lea_id IS NULL AND program_id IS NULL AND poverty_quartile IS NULL
ORDER BY school_year;
