-- What do assistant principals, coaches and released leaders cost, year by year?
SELECT
    school_year, round(sum(ap_fte), 2) AS ap_fte, sum(ap_cost) AS ap_cost, round(sum(coach_fte), 2) AS coach_fte,
    sum(coach_cost) AS coach_cost, round(sum(released_leader_fte), 2) AS released_fte,
    sum(released_leader_cost) AS released_cost,
    count(*) FILTER (WHERE ap_falls_leaders_rise) AS districts_that_substitute
FROM leadership_staffing
GROUP BY school_year
ORDER BY school_year;
