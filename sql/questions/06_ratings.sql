-- Do ratings tell teachers apart?
SELECT
    rating_system, sum(teachers) AS teachers, sum(teachers) FILTER (WHERE band = 5) AS in_highest_band,
    sum(teachers) FILTER (WHERE band <= 2) AS in_two_lowest_bands, sum(teachers) FILTER (WHERE band IS NULL) AS not_rated
FROM rating_distribution
WHERE school_year = (SELECT max(school_year) FROM rating_distribution)
GROUP BY rating_system
ORDER BY rating_system;
