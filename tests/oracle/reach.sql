WITH longest AS (
  SELECT y.lea_id, y.school_year, y.staff_id, r.program_id, y.role_code
  FROM role_years y JOIN program_roles r USING (role_code)
  QUALIFY row_number() OVER (PARTITION BY y.lea_id, y.school_year, y.staff_id, r.program_id ORDER BY y.role_days DESC, y.role_code) = 1),
led AS (
  SELECT l.lea_id, l.program_id, l.school_year, l.staff_id, coalesce(r.role_code, 'none') AS role_code
  FROM leaders l LEFT JOIN longest r USING (lea_id, school_year, staff_id, program_id)),
heads AS (SELECT lea_id, program_id, role_code, school_year, count(*) AS leaders FROM led GROUP BY ALL),
reached AS (
  SELECT lea_id, program_id, role_code, school_year, staff_id FROM led
  UNION
  SELECT l.lea_id, l.program_id, l.role_code, l.school_year, s.staff_id
  FROM led l JOIN stays s ON s.lea_id = l.lea_id AND s.school_year = l.school_year AND s.supervisor_staff_id = l.staff_id),
taught AS (
  SELECT lea_id, school_year, staff_id, sum(students) AS students
  FROM (
    SELECT lea_id, school_year, staff_id, school_id, position_title, position_id, max(students_taught) AS students
    FROM stays SEMI JOIN reached USING (lea_id, school_year, staff_id) WHERE students_taught IS NOT NULL GROUP BY ALL)
  GROUP BY ALL),
students AS (
  SELECT r.lea_id, r.program_id, r.role_code, r.school_year, sum(t.students) AS students_reached
  FROM reached r JOIN taught t USING (lea_id, school_year, staff_id) GROUP BY ALL),
events AS (
  SELECT l.*, e.event_type = 'training_delivered' AS is_training, e.counterpart_staff_id,
    CASE WHEN e.counterpart_staff_id IS NULL THEN whole(coalesce(e.quantity, 0) * 1000) ELSE 0 END AS unnamed
  FROM led l JOIN leadership e USING (lea_id, school_year, staff_id)
  WHERE e.event_type IN ('coaching_session', 'observation', 'training_delivered')
    AND coalesce(e.outcome NOT IN ('scheduled', 'denied', 'failed', 'declined'), true)),
acted AS (
  SELECT lea_id, program_id, role_code, school_year,
    count(DISTINCT counterpart_staff_id) FILTER (WHERE NOT is_training)
      + coalesce(sum(unnamed) FILTER (WHERE NOT is_training), 0) // 1000 AS teachers_coached,
    count(DISTINCT counterpart_staff_id) FILTER (WHERE is_training)
      + coalesce(sum(unnamed) FILTER (WHERE is_training), 0) // 1000 AS teachers_trained,
    count(DISTINCT staff_id) FILTER (WHERE is_training) AS trainers
  FROM events GROUP BY ALL),
known AS (
  SELECT h.*, s.students_reached, coalesce(a.teachers_coached, 0) AS teachers_coached, coalesce(a.teachers_trained, 0) AS teachers_trained,
    coalesce(a.trainers, 0) AS trainers, c.cost * h.leaders / c.leaders AS group_cost, c.cost_status
  FROM heads h LEFT JOIN students s USING (lea_id, program_id, role_code, school_year)
  LEFT JOIN acted a USING (lea_id, program_id, role_code, school_year)
  LEFT JOIN costs c USING (lea_id, program_id, school_year))
SELECT * EXCLUDE (group_cost) REPLACE (CASE WHEN cost_status <> 'ok' THEN cost_status WHEN teachers_trained = 0 THEN 'zero_denominator'
    ELSE 'ok' END AS cost_status),
  rate(ratio(teachers_trained, trainers)) AS trained_per_trainer, money(ratio(group_cost, teachers_trained)) AS cost_per_teacher_trained
FROM known
ORDER BY lea_id, program_id, role_code, school_year
