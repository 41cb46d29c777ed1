-- Which money ends, and when is the last vote that can replace it?
SELECT
    last_budget_vote, count(*) AS awards, count(DISTINCT lea_id) AS districts, sum(recurring_amount) AS dollars_a_year,
    sum(persons) AS persons
FROM sunset
GROUP BY last_budget_vote
ORDER BY last_budget_vote;
