WITH latest AS (SELECT lea_id, max(school_year) AS school_year FROM pay_totals GROUP BY ALL),
lines AS (
  SELECT p.lea_id, p.program_id, coalesce(p.award_id, 'fund:' || p.fund_code) AS award_id, p.staff_id, p.cents, p.award_end
  FROM pay p SEMI JOIN latest l ON l.lea_id = p.lea_id AND l.school_year = p.school_year
  WHERE p.program_id IS NOT NULL AND NOT coalesce(p.recurring, true)),
most AS (
  SELECT lea_id, award_id, program_id, count(*) OVER (PARTITION BY lea_id, award_id) AS programs
  FROM (SELECT lea_id, award_id, program_id, sum(cents) AS cents FROM lines GROUP BY ALL)
  QUALIFY row_number() OVER (PARTITION BY lea_id, award_id ORDER BY cents DESC, program_id) = 1),
whole_award AS (
  SELECT lea_id, award_id, CAST(sum(cents) AS BIGINT) AS cents, max(award_end) AS award_end, count(DISTINCT staff_id) AS persons FROM lines GROUP BY ALL),
voted AS (
  SELECT *, make_date(year(award_end), CAST(left(budget_vote, 2) AS INT), CAST(right(budget_vote, 2) AS INT)) AS vote
  FROM whole_award CROSS JOIN parameters)
SELECT lea_id, award_id, program_id, programs, award_end,
  CASE WHEN vote <= award_end THEN vote ELSE CAST(vote - INTERVAL 1 YEAR AS DATE) END AS last_budget_vote,
  from_cents(cents) AS recurring_amount, persons
FROM voted JOIN most USING (lea_id, award_id)
ORDER BY lea_id, award_id
