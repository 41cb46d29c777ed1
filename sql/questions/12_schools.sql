-- Do schools keep their teacher leaders?
SELECT
    school_year, sum(leaders) AS leaders, sum(gained) AS gained, sum(kept) AS kept, sum(lost) AS lost,
    sum(roles_vacant) AS roles_vacant
FROM school_leadership
GROUP BY school_year
ORDER BY school_year;
