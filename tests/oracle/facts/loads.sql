-- Benefit loads of each LEA: its own where configured, else the state's.
CREATE TEMP TABLE lea_loads AS
SELECT l.lea_id, coalesce(d.average_load, k.average_load) AS average_load, coalesce(d.marginal_load, k.marginal_load) AS marginal_load
FROM (SELECT lea_id FROM lea_years UNION SELECT lea_id FROM pay UNION SELECT lea_id FROM designation) l
CROSS JOIN parameters k LEFT JOIN district_loads d USING (lea_id);
