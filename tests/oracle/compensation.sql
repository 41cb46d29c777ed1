WITH lines AS (
  SELECT lea_id, school_year, staff_id, pay_type, stream, CAST(sum(cents) AS BIGINT) AS cents,
    CAST(sum(CASE WHEN is_role_pay THEN cents ELSE 0 END) AS BIGINT) AS role_cents FROM pay GROUP BY ALL),
placed AS (
  SELECT *, row_number() OVER (PARTITION BY lea_id, school_year, staff_id
    ORDER BY pay_type = 'base' DESC, CASE WHEN pay_type = 'base' THEN cents ELSE 0 END DESC, pay_type, stream) = 1 AS carries
  FROM lines)
SELECT p.staff_id, p.lea_id, p.school_year, p.pay_type, p.stream, from_cents(p.cents) AS amount,
  from_cents(p.role_cents) AS role_amount,
  CASE WHEN p.carries AND p.pay_type = 'base' THEN money(dollars(b.counterfactual_fine)) END AS base_counterfactual,
  CASE WHEN p.carries AND p.pay_type = 'base' THEN money(dollars(b.increment_fine)) END AS increment,
  CASE WHEN p.carries THEN b.increment_status END AS increment_status
FROM placed p JOIN base_pay b USING (lea_id, school_year, staff_id)
ORDER BY staff_id, lea_id, school_year, pay_type, stream
