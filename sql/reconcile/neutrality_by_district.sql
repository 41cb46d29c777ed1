-- The question of the state: does teacher leadership ask for no net increase, by district and year.
SELECT DISTINCT lea_id, school_year, lea_net_cost, lea_neutral_answer AS answer
FROM sustainability
WHERE lea_id IS NOT NULL
ORDER BY lea_id, school_year;
