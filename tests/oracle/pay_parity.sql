WITH paid AS (SELECT * FROM pay_totals WHERE pay_cents > 0),
kinds AS (
  SELECT y.lea_id, y.school_year, median(p.pay_cents) FILTER (WHERE y.staff_classification = 'teacher') / 100 AS of_teacher,
    median(p.pay_cents) FILTER (WHERE y.staff_classification = 'assistant_principal') / 100 AS of_assistant_principal,
    median(p.pay_cents) FILTER (WHERE y.staff_classification = 'principal') / 100 AS of_principal
  FROM lea_years y JOIN paid p USING (lea_id, school_year, staff_id) GROUP BY ALL),
levels AS (
  SELECT d.lea_id, d.program_id, d.level, d.school_year, count(p.pay_cents) AS persons, median(p.pay_cents) / 100 AS of_level
  FROM designation d LEFT JOIN paid p USING (lea_id, school_year, staff_id) WHERE d.level IS NOT NULL GROUP BY ALL)
SELECT lea_id, program_id, level, school_year, persons, money(of_level) AS median_pay, money(of_teacher) AS median_teacher,
  money(of_assistant_principal) AS median_assistant_principal, money(of_principal) AS median_principal,
  rate(ratio(of_level, of_teacher)) AS ratio_teacher, rate(ratio(of_level, of_assistant_principal)) AS ratio_assistant_principal,
  rate(ratio(of_level, of_principal)) AS ratio_principal
FROM levels LEFT JOIN kinds USING (lea_id, school_year)
ORDER BY lea_id, program_id, level, school_year
