WITH holders AS (
  SELECT c.program_id, c.rule_id, d.lea_id, d.school_year, d.staff_id, d.amount, y.school_id,
    len(c.levels) = 0 OR list_contains(c.levels, d.level) AS counts
  FROM compliance_checks c JOIN designation d USING (program_id) LEFT JOIN lea_years y USING (lea_id, school_year, staff_id)
  WHERE d.level IS NOT NULL AND d.state_tier >= 1),
asked AS (
  SELECT c.*, a.lea_id, a.school_year FROM compliance_checks c JOIN adopted a USING (program_id)),
teachers AS (
  SELECT lea_id, school_year, school_id, count(*) AS teachers FROM lea_years WHERE is_teacher GROUP BY ALL),
held AS (
  SELECT program_id, rule_id, lea_id, school_year, school_id, count(*) FILTER (WHERE counts) AS held, count(*) AS anyone,
    sum(cents(amount)) FILTER (WHERE counts) AS granted, bool_or(amount IS NULL) FILTER (WHERE counts) AS unknown
  FROM holders GROUP BY ALL),
listed AS (
  SELECT school_id, school_year, trim(unnest(string_split(partner_lists, ';'))) AS partner_list FROM schools WHERE partner_lists IS NOT NULL),
of_schools AS (
  SELECT a.program_id, a.rule_id, a.lea_id, a.school_year, t.school_id, ratio(coalesce(h.held, 0), t.teachers) AS value
  FROM asked a JOIN teachers t USING (lea_id, school_year)
  LEFT JOIN held h USING (program_id, rule_id, lea_id, school_year, school_id)
  WHERE a.kind IN ('share_at_least', 'share_at_most') AND a.scope = 'school' AND CASE WHEN a.partner_list IS NULL THEN h.anyone > 0
    ELSE EXISTS (SELECT 1 FROM listed l WHERE l.school_id = t.school_id AND l.school_year = t.school_year
                   AND l.partner_list = a.partner_list) END),
of_leas AS (
  SELECT a.program_id, a.rule_id, a.lea_id, a.school_year, NULL AS school_id, ratio(coalesce(h.held, 0), t.teachers) AS value
  FROM asked a JOIN (SELECT lea_id, school_year, sum(teachers) AS teachers FROM teachers GROUP BY ALL) t USING (lea_id, school_year)
  LEFT JOIN (SELECT program_id, rule_id, lea_id, school_year, sum(held) AS held FROM held GROUP BY ALL) h
    USING (program_id, rule_id, lea_id, school_year)
  WHERE a.kind IN ('share_at_least', 'share_at_most') AND a.scope = 'lea'),
spent AS (
  SELECT p.program_id, p.lea_id, p.school_year, coalesce(p.school_id, y.school_id) AS school_id, sum(p.cents) AS spent
  FROM pay p LEFT JOIN lea_years y USING (lea_id, school_year, staff_id)
  WHERE p.program_id IN (SELECT program_id FROM compliance_checks WHERE kind = 'spend_at_least') GROUP BY ALL),
spending AS (
  SELECT a.program_id, a.rule_id, a.lea_id, a.school_year, h.school_id,
    CASE WHEN NOT h.unknown THEN ratio(coalesce(s.spent, 0), h.granted) END AS value
  FROM asked a JOIN held h USING (program_id, rule_id, lea_id, school_year)
  LEFT JOIN spent s USING (program_id, lea_id, school_year, school_id) WHERE a.kind = 'spend_at_least' AND h.held > 0),
team_sizes AS (
  SELECT lea_id, school_year, supervisor_staff_id AS staff_id, count(DISTINCT staff_id) AS team
  FROM stays WHERE supervisor_staff_id IS NOT NULL GROUP BY ALL),
teams AS (
  SELECT a.program_id, a.rule_id, a.lea_id, a.school_year, h.school_id,
    CAST(count(*) FILTER (WHERE coalesce(t.team, 0) < coalesce(a.low, 0) OR coalesce(t.team, 0) > coalesce(a.high, 1e9)) AS DOUBLE) AS value
  FROM asked a JOIN holders h USING (program_id, rule_id, lea_id, school_year)
  LEFT JOIN team_sizes t USING (lea_id, school_year, staff_id) WHERE a.kind = 'team_within' AND h.counts GROUP BY ALL),
banded AS (
  SELECT a.program_id, a.rule_id, a.lea_id, a.school_year, NULL AS school_id, CAST(count(*) FILTER (WHERE b.is_outside) AS DOUBLE) AS value
  FROM asked a JOIN band_pay b USING (program_id, rule_id, lea_id, school_year) WHERE a.kind = 'pay_within' GROUP BY ALL),
measured AS (
  SELECT * FROM of_schools UNION ALL SELECT * FROM of_leas UNION ALL SELECT * FROM spending UNION ALL SELECT * FROM teams
  UNION ALL SELECT * FROM banded),
judged AS (
  SELECT m.*, CASE WHEN c.kind IN ('team_within', 'pay_within') THEN 0.0 ELSE c."limit" END AS bound,
    c.kind IN ('share_at_most', 'team_within', 'pay_within') AS at_most
  FROM measured m JOIN compliance_checks c USING (program_id, rule_id))
SELECT lea_id, program_id, school_year, rule_id, school_id, rate(value) AS value, bound,
  CASE WHEN at_most THEN value <= bound ELSE value >= bound END AS passes
FROM judged
UNION ALL
SELECT a.lea_id, a.program_id, a.school_year, 'adopted_before_program', NULL, CAST(a.school_year AS DOUBLE),
  CAST(s.first_year AS DOUBLE), false
FROM adopted a JOIN program_starts s USING (program_id) WHERE a.school_year < s.first_year
ORDER BY lea_id, program_id, school_year, rule_id, school_id
