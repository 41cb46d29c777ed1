-- M03 by program and year with what goes into it, documented offsets, and the change over the year before (M04).
CREATE TEMP TABLE program_keys AS
WITH on_file AS (
  SELECT lea_id, school_year FROM adopted UNION SELECT lea_id, school_year FROM designation
  UNION SELECT lea_id, school_year FROM pay_totals)
SELECT lea_id, program_id, school_year FROM designation
UNION SELECT lea_id, program_id, school_year FROM pay WHERE program_id IS NOT NULL
UNION SELECT lea_id, program_id, school_year FROM adopted
UNION SELECT lea_id, program_id, school_year FROM program_finance SEMI JOIN on_file USING (lea_id, school_year)
  WHERE kind <> 'match'
UNION SELECT lea_id, program_id, school_year FROM offsets SEMI JOIN on_file USING (lea_id, school_year)
  WHERE program_id IS NOT NULL;

CREATE TEMP TABLE program_costs AS
WITH paid AS (
  SELECT lea_id, program_id, school_year, count(*) AS leaders, sum(role_cents) AS role_cents,
    CAST(sum(increment_fine) AS BIGINT) AS increment_fine, CAST(sum(pay_fine) AS BIGINT) AS pay_fine,
    count(*) FILTER (WHERE increment_status = 'no_schedule') AS unscheduled,
    count(*) FILTER (WHERE increment_status = 'no_base_pay') AS leaders_without_increment,
    median(CASE WHEN base_cents > 0 THEN dollars(pay_fine) / (base_cents / 100) END) AS depth
  FROM leader_pay GROUP BY ALL),
released AS (
  SELECT p.lea_id, r.program_id, p.school_year, sum(whole(release_fte * 1e8)) / 1e8 AS release_fte,
    sum(whole(release_dollars * 1e8)) / 1e8 AS release_dollars,
    count(*) FILTER (WHERE release_fte > 0 AND release_dollars IS NULL) AS release_unpriced
  FROM posts p JOIN program_roles r USING (role_code) GROUP BY ALL),
coded AS (
  SELECT lea_id, program_id, school_year, CAST(sum(cents) AS BIGINT) AS code_cents,
    CAST(coalesce(sum(cents) FILTER (WHERE pay_type = 'base'), 0) AS BIGINT) AS schedule_cents,
    CAST(coalesce(sum(cents) FILTER (WHERE pay_type = 'benefit'), 0) AS BIGINT) AS benefit_cents
  FROM pay WHERE program_id IS NOT NULL GROUP BY ALL),
twice AS (
  SELECT lea_id, program_id, school_year, CAST(sum(least(greatest(fine(based.cents), 0), greatest(l.increment_fine, 0))) AS BIGINT) AS twice_fine
  FROM (SELECT lea_id, program_id, school_year, staff_id, sum(cents) AS cents FROM pay
        WHERE program_id IS NOT NULL AND pay_type = 'base' GROUP BY ALL) based
  JOIN leader_pay l USING (lea_id, program_id, school_year, staff_id) GROUP BY ALL),
financed AS (
  SELECT lea_id, program_id, school_year, sum(cents(amount)) FILTER (WHERE kind = 'training') / 100 AS training,
    sum(cents(amount)) FILTER (WHERE kind = 'administration') / 100 AS administration,
    sum(cents(amount)) FILTER (WHERE kind = 'recurring_revenue') / 100 AS recurring_revenue
  FROM program_finance GROUP BY ALL),
known AS (
  SELECT lea_id, program_id, school_year, marginal_load, coalesce(p.leaders, 0) AS leaders, coalesce(p.role_cents, 0) AS role_cents,
    coalesce(p.increment_fine, 0) AS increment_fine, coalesce(p.pay_fine, 0) AS pay_fine,
    coalesce(p.unscheduled, 0) AS unscheduled, coalesce(p.leaders_without_increment, 0) AS leaders_without_increment, p.depth,
    coalesce(r.release_fte, 0) AS release_fte, coalesce(r.release_unpriced, 0) AS release_unpriced,
    CASE WHEN coalesce(r.release_unpriced, 0) = 0 THEN coalesce(r.release_dollars, 0) END AS release_dollars,
    f.training, f.administration, f.recurring_revenue,
    f.training IS NOT NULL OR f.administration IS NOT NULL AS finance_known,
    coalesce(c.code_cents, 0) AS code_cents, coalesce(c.schedule_cents, 0) AS schedule_cents,
    dollars(coalesce(t.twice_fine, 0)) * (1 + marginal_load) + coalesce(c.benefit_cents, 0) / 100 * marginal_load AS twice,
    finance_known OR c.code_cents IS NOT NULL OR coalesce(p.increment_fine, 0) <> 0 OR coalesce(r.release_fte, 0) > 0 AS configured,
    dollars(fine(coalesce(c.code_cents, 0)) + coalesce(p.increment_fine, 0)) AS pay_dollars,
    pay_dollars * marginal_load AS pay_benefit,
    dollars(coalesce(p.pay_fine, 0)) * marginal_load AS benefit,
    dollars(coalesce(p.pay_fine, 0)) + dollars(coalesce(p.pay_fine, 0)) * marginal_load AS incremental
  FROM program_keys k LEFT JOIN paid p USING (lea_id, program_id, school_year)
  LEFT JOIN released r USING (lea_id, program_id, school_year) LEFT JOIN financed f USING (lea_id, program_id, school_year)
  LEFT JOIN coded c USING (lea_id, program_id, school_year) LEFT JOIN twice t USING (lea_id, program_id, school_year)
  JOIN lea_loads USING (lea_id))
SELECT *, CASE WHEN configured THEN pay_dollars + pay_benefit + release_dollars + coalesce(training, 0) + coalesce(administration, 0) END AS cost,
  CASE WHEN configured THEN twice END AS overlap,
  CASE WHEN NOT configured THEN 'not_configured' WHEN release_unpriced > 0 THEN 'not_enough_data' ELSE 'ok' END AS cost_status
FROM known;

CREATE TEMP TABLE costs AS
WITH named AS (
  SELECT lea_id, program_id, school_year, sum(cents(amount)) / 100 AS named FROM offsets WHERE program_id IS NOT NULL GROUP BY ALL),
shared AS (
  SELECT lea_id, school_year, sum(cents(amount)) / 100 AS shared FROM offsets WHERE program_id IS NULL GROUP BY ALL),
parts AS (
  SELECT c.*, n.named, s.shared, a.lea_id IS NOT NULL AS in_force, in_force AND c.cost IS NOT NULL AS takes,
    CASE WHEN sum(CAST(takes AS INT)) OVER w = 1 THEN 1.0 ELSE ratio(c.cost, sum(CASE WHEN takes THEN c.cost END) OVER w) END AS part
  FROM program_costs c LEFT JOIN adopted a USING (lea_id, program_id, school_year) LEFT JOIN named n USING (lea_id, program_id, school_year) LEFT JOIN shared s USING (lea_id, school_year)
  WINDOW w AS (PARTITION BY c.lea_id, c.school_year)),
netted AS (
  SELECT *, coalesce(named, 0) + CASE WHEN shared IS NULL OR NOT in_force THEN 0.0 WHEN takes THEN shared * part END AS "offset", cost - "offset" AS net,
    CASE WHEN "offset" IS NOT NULL THEN 'ok' WHEN cost IS NOT NULL THEN 'zero_denominator' ELSE 'not_configured' END AS offset_status,
    CASE WHEN cost_status <> 'ok' THEN cost_status ELSE offset_status END AS net_status
  FROM parts),
indexed AS (
  SELECT n.*, b.net AS net_before, b.net_status AS status_before,
    CASE WHEN EXISTS (SELECT 1 FROM deflator) THEN i.price ELSE 1 END AS price,
    CASE WHEN EXISTS (SELECT 1 FROM deflator) THEN j.price ELSE 1 END AS price_before
  FROM netted n LEFT JOIN netted b ON b.lea_id = n.lea_id AND b.program_id = n.program_id AND b.school_year = n.school_year - 1
  LEFT JOIN deflator i ON i.school_year = n.school_year LEFT JOIN deflator j ON j.school_year = n.school_year - 1)
SELECT *, CASE WHEN status_before IS NULL THEN net ELSE net - net_before * price / price_before END AS change,
  CASE WHEN net_status <> 'ok' THEN net_status WHEN status_before <> 'ok' THEN status_before
       WHEN change IS NULL THEN 'not_configured' ELSE 'ok' END AS change_status
FROM indexed;

-- who pays for M03: pay by its fund, increments by the largest stream of base pay, the rest as program_finance states
CREATE TEMP TABLE cost_by_stream AS
WITH base_stream AS (
  SELECT lea_id, school_year, staff_id, stream, bool_and(is_soft) AS is_soft
  FROM pay WHERE pay_type = 'base' GROUP BY lea_id, school_year, staff_id, stream
  QUALIFY row_number() OVER (PARTITION BY lea_id, school_year, staff_id ORDER BY sum(cents) DESC, stream) = 1),
lines AS (
  SELECT lea_id, program_id, school_year, stream, is_soft, fine(cents) AS fine FROM pay WHERE program_id IS NOT NULL
  UNION ALL
  SELECT l.lea_id, l.program_id, l.school_year, coalesce(b.stream, 'unstated'), coalesce(b.is_soft, false), l.increment_fine
  FROM leader_pay l LEFT JOIN base_stream b USING (lea_id, school_year, staff_id) WHERE l.increment_fine <> 0),
paid AS (
  SELECT lea_id, program_id, school_year, stream, CAST(sum(fine) AS BIGINT) AS fine,
    CAST(coalesce(sum(fine) FILTER (WHERE is_soft), 0) AS BIGINT) AS soft_fine
  FROM lines GROUP BY ALL),
payers AS (
  SELECT lea_id, program_id, school_year, coalesce(stream, 'unstated') AS stream, sum(cents(amount)) AS cents
  FROM program_finance WHERE kind = 'release' GROUP BY ALL),
weighed AS (
  SELECT *, ratio(cents, sum(cents) OVER (PARTITION BY lea_id, program_id, school_year)) AS part FROM payers QUALIFY part > 0),
other AS (
  SELECT lea_id, program_id, school_year, stream, sum(amount) AS other_dollars
  FROM (
    SELECT lea_id, program_id, school_year, coalesce(stream, 'unstated') AS stream, sum(cents(amount)) / 100 AS amount
    FROM program_finance SEMI JOIN costs USING (lea_id, program_id, school_year)
    WHERE kind IN ('training', 'administration') GROUP BY ALL
    UNION ALL
    SELECT c.lea_id, c.program_id, c.school_year, coalesce(w.stream, 'unstated'), c.release_dollars * coalesce(w.part, 1.0)
    FROM costs c LEFT JOIN weighed w USING (lea_id, program_id, school_year) WHERE c.release_dollars > 0)
  GROUP BY ALL)
SELECT lea_id, program_id, school_year, stream,
  dollars(coalesce(p.fine, 0)) * (1 + c.marginal_load) + coalesce(o.other_dollars, 0) AS dollars,
  dollars(coalesce(p.soft_fine, 0)) * (1 + c.marginal_load)
    + CASE WHEN stream IN ('competitive_federal', 'philanthropic', 'time_limited_levy') THEN coalesce(o.other_dollars, 0) ELSE 0 END
    AS soft_dollars,
  coalesce(o.other_dollars, 0) AS other_dollars, c.cost
FROM paid p FULL JOIN other o USING (lea_id, program_id, school_year, stream)
JOIN costs c USING (lea_id, program_id, school_year);
