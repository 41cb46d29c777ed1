-- Which programs would not survive a shock?
SELECT
    shock, count(*) FILTER (WHERE grade IN ('D', 'F')) AS broken_within_two_years,
    count(*) FILTER (WHERE grade IN ('B', 'C')) AS broken_later, count(*) FILTER (WHERE grade = 'A') AS never_broken,
    count(*) FILTER (WHERE grade IS NULL) AS not_known
FROM stress
GROUP BY shock
ORDER BY shock;
