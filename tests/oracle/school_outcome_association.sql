WITH there AS (SELECT school_id, school_year, bool_or(is_leader) AS leads FROM educator_year WHERE is_teacher GROUP BY ALL),
likes AS (
  SELECT s.school_id, s.school_year + 1 AS school_year, s.level, q.poverty_quartile
  FROM schools s JOIN quartiles q USING (school_id, school_year) WHERE s.level IS NOT NULL AND q.poverty_quartile > 0),
changes AS (
  SELECT o.school_id, o.school_year, o.measure, o.n, b.value AS before, o.value - b.value AS change, b.value - e.value AS prior_change,
    max(b.value) OVER w - min(b.value) OVER w AS reach
  FROM school_outcomes o JOIN school_outcomes b ON b.school_id = o.school_id AND b.measure = o.measure AND b.school_year = o.school_year - 1
  LEFT JOIN school_outcomes e ON e.school_id = o.school_id AND e.measure = o.measure AND e.school_year = o.school_year - 2
  WINDOW w AS (PARTITION BY o.measure, o.school_year)),
known AS (
  SELECT c.*, l.level, l.poverty_quartile, t.leads
  FROM changes c JOIN likes l USING (school_id, school_year) JOIN there t USING (school_id, school_year)
  JOIN there b ON b.school_id = c.school_id AND b.school_year = c.school_year - 1 WHERE NOT b.leads),
led AS (
  SELECT DISTINCT e.school_id, e.school_year, l.program_id
  FROM leaders l JOIN educator_year e USING (staff_id, school_year) WHERE e.is_teacher AND e.is_leader),
pairs AS (
  SELECT d.program_id, k.measure, k.school_year, k.n, k.change, m.school_id AS other, m.change AS other_change,
    k.change - m.change AS d, k.prior_change - m.prior_change AS p
  FROM led d JOIN known k USING (school_id, school_year)
  JOIN known m ON NOT m.leads AND m.measure = k.measure AND m.school_year = k.school_year AND m.level = k.level
    AND m.poverty_quartile = k.poverty_quartile AND abs(k.before - m.before) <= 0.2 * k.reach
  QUALIFY row_number() OVER (PARTITION BY d.program_id, k.measure, k.school_year, k.school_id
    ORDER BY abs(k.before - m.before), m.school_id) = 1),
summed AS (
  SELECT program_id, measure, school_year, count(*) AS schools, count(DISTINCT other) AS matched, coalesce(sum(n), 0) AS students,
    dollars(sum(whole(change * 1e8))) / count(*) AS change, dollars(sum(whole(other_change * 1e8))) / count(*) AS matched_change,
    dollars(sum(whole(d * 1e8))) / count(*) AS difference, dollars(sum(whole(d * d * 1e8))) AS squares,
    dollars(sum(whole(p * 1e8))) / nullif(count(p), 0) AS prior_difference
  FROM pairs GROUP BY program_id, measure, school_year),
halves AS (
  SELECT *, CASE WHEN schools > 1
    THEN 1.96 * sqrt(greatest(squares - difference * difference * schools, 0) / (schools - 1) / schools) END AS half FROM summed)
SELECT a.program_id, m.measure, a.school_year, coalesce(h.schools, 0) AS schools, coalesce(h.matched, 0) AS matched,
  coalesce(h.students, 0) AS students, rate(h.change) AS change, rate(h.matched_change) AS matched_change, rate(h.difference) AS difference,
  rate(h.difference - h.half) AS difference_low, rate(h.difference + h.half) AS difference_high, rate(h.prior_difference) AS prior_difference,
  CASE WHEN m.measure IS NULL THEN 'not_configured' WHEN coalesce(h.schools, 0) = 0 THEN 'not_enough_data' ELSE 'ok' END AS association_status
FROM (SELECT DISTINCT program_id, school_year FROM adopted) a
LEFT JOIN (SELECT DISTINCT measure, school_year FROM school_outcomes) m USING (school_year)
LEFT JOIN halves h ON h.program_id = a.program_id AND h.measure = m.measure AND h.school_year = a.school_year
ORDER BY a.program_id, m.measure NULLS LAST, a.school_year
