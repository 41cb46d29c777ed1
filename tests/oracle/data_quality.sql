SELECT r.*, rate(ratio(r.failed, r.rows)) AS share, CAST(r.submitted_at AS DATE) - c.due AS days_late
FROM rule_counts r LEFT JOIN calendar c USING (school_year, extract)
ORDER BY lea_id, extract, school_year, rule_id
