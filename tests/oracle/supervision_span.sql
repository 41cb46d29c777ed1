WITH posts_ AS (SELECT * FROM stays WHERE staff_classification = 'teacher'),
here AS (
  SELECT school_id, school_year, min(lea_id) AS lea_id, count(DISTINCT staff_id) AS teachers,
    sum(whole(fte_microdays / window_days)) / 1e6 AS teacher_fte
  FROM posts_ GROUP BY school_id, school_year),
watched AS (
  SELECT p.school_id, p.school_year, e.evaluator_staff_id, count(DISTINCT p.staff_id) AS watched
  FROM (SELECT DISTINCT lea_id, school_id, school_year, staff_id FROM posts_) p
  JOIN (SELECT DISTINCT lea_id, school_year, staff_id, evaluator_staff_id FROM evaluation WHERE evaluator_staff_id IS NOT NULL) e
    USING (lea_id, school_year, staff_id)
  GROUP BY ALL),
evaluators AS (
  SELECT w.school_id, w.school_year, count(*) AS evaluators, count(*) FILTER (WHERE l.staff_id IS NULL) AS without_leaders,
    median(w.watched) AS median_span, list_sort(list(w.watched))[(count(*) * 9 + 9) // 10] AS p90_span,
    avg(CAST(w.watched > k.span_limit AS INT)) AS share_over_8
  FROM watched w CROSS JOIN parameters k
  LEFT JOIN leader_years l ON l.staff_id = w.evaluator_staff_id AND l.school_year = w.school_year
  GROUP BY w.school_id, w.school_year)
SELECT h.school_id, h.school_year, h.lea_id, h.teachers, rate(h.teacher_fte) AS teacher_fte, coalesce(e.evaluators, 0) AS evaluators,
  coalesce(e.without_leaders, 0) AS evaluators_without_leaders, rate(ratio(h.teachers, e.evaluators)) AS span,
  rate(ratio(h.teachers, e.without_leaders)) AS span_without_leaders, e.median_span, e.p90_span, rate(e.share_over_8) AS share_over_8
FROM here h LEFT JOIN evaluators e USING (school_id, school_year)
ORDER BY school_id, school_year
