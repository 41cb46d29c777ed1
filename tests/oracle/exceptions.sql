WITH nominations AS (
  SELECT lea_id, school_year, by_staff_id AS staff_id, count(*) AS made, sum(count(*)) OVER (PARTITION BY lea_id, school_year) AS all_made
  FROM leadership WHERE event_type = 'nomination' AND by_staff_id IS NOT NULL
  GROUP BY lea_id, school_year, by_staff_id),
gaps AS (
  SELECT *, 1 + len(list_filter(k.growth_level_from, lambda start: growth_index >= start)) AS growth,
    CAST(round(observation_average) AS INT) AS seen
  FROM ratings CROSS JOIN parameters k WHERE growth_index IS NOT NULL AND observation_average IS NOT NULL),
heavy AS (
  SELECT staff_id, school_year FROM stays GROUP BY ALL
  HAVING sum(CAST(round(full_time_equivalency * 1000000) AS BIGINT)) > (SELECT person_fte FROM parameters) * 1000000),
changes AS (
  SELECT staff_id, school_year, lea_id, stay_begin AS day, CAST(round(full_time_equivalency * 1000000) AS BIGINT) AS change
  FROM stays SEMI JOIN heavy USING (staff_id, school_year)
  UNION ALL
  SELECT staff_id, school_year, lea_id, stay_end + 1, -CAST(round(full_time_equivalency * 1000000) AS BIGINT)
  FROM stays SEMI JOIN heavy USING (staff_id, school_year)),
daily AS (
  SELECT staff_id, school_year, min(lea_id) AS lea_id,
    sum(sum(change)) OVER (PARTITION BY staff_id, school_year ORDER BY day) AS held
  FROM changes GROUP BY staff_id, school_year, day),
highest AS (
  SELECT staff_id, school_year, min(lea_id) AS lea_id, max(held) AS held FROM daily GROUP BY ALL
  HAVING max(held) > (SELECT round(person_fte * 1000000) FROM parameters)),
reasons AS (
  SELECT lea_id, school_year, staff_id, bool_or(rating_reason IS NULL) AS rated, min(rating_reason) AS reason FROM ratings GROUP BY ALL),
licences AS (
  SELECT y.lea_id, y.school_year, y.staff_id, y.school_id, y.staff_classification, e.event_code,
    last(coalesce(e.outcome IN ('failed', 'denied'), false) ORDER BY e.event_date, coalesce(e.outcome IN ('failed', 'denied'), false)) AS refused,
    last(e.valid_until ORDER BY e.event_date, coalesce(e.outcome IN ('failed', 'denied'), false)) AS valid_until
  FROM lea_years y JOIN leadership e USING (staff_id) CROSS JOIN parameters k
  WHERE e.event_type IN ('credential', 'certificate') AND list_contains(k.administrator_credentials, e.event_code)
    AND y.staff_classification NOT IN ('principal', 'assistant_principal') AND e.event_date <= make_date(y.school_year, 6, 30)
  GROUP BY ALL),
found AS (
  SELECT 'role_without_pay' AS kind, lea_id, school_id, staff_id, program_id, school_year,
    format('Role {} held for {} days; net role pay 0.00.', role_code, days) AS evidence FROM leadership_role WHERE role_without_pay
  UNION ALL
  SELECT 'pay_without_role', lea_id, school_id, staff_id, program_id, school_year,
    format('Role pay of {} for role {}, which no roster row of the year names.', CAST(role_pay AS VARCHAR),
      coalesce(role_code, 'of program ' || program_id)) FROM leadership_role WHERE pay_without_role
  UNION ALL
  SELECT 'low_pay_per_hour', lea_id, school_id, staff_id, program_id, school_year, 'Role ' || role_code || ' pays '
      || CAST(pay_per_hour AS VARCHAR) || ' an hour, ' || CAST(ratio_to_minimum_wage AS VARCHAR) || ' of the minimum wage.'
  FROM leadership_role WHERE ratio_to_minimum_wage < 1
  UNION ALL
  SELECT finding, lea_id, NULL, staff_id, program_id, school_year, reason FROM designation WHERE finding IS NOT NULL
  UNION ALL
  SELECT 'tlr_out_of_band', lea_id, NULL, staff_id, program_id, school_year, format('Role {} pays {}; its band is {} to {}.', role_code,
    CAST(paid AS VARCHAR), CAST(low AS VARCHAR), CAST(high AS VARCHAR)) FROM band_pay WHERE is_outside
  UNION ALL
  SELECT 'nomination_concentration', lea_id, NULL, staff_id, NULL, school_year,
    format('Made {} of the district''s {} nominations of the year.', made, all_made)
  FROM nominations CROSS JOIN parameters k WHERE all_made >= k.nomination_minimum AND made > all_made * k.nomination_share
  UNION ALL
  SELECT 'growth_observation_gap', lea_id, NULL, staff_id, NULL, school_year,
    format('Growth is at level {}, observation at level {}, under {}.', growth, seen, rating_system)
  FROM gaps WHERE abs(growth - seen) >= growth_gap_levels
  UNION ALL
  SELECT 'over_one_and_a_half_fte', lea_id, NULL, staff_id, NULL, school_year,
    format('Concurrent positions add up to {} FTE on some day.', CAST(held / 1e6 AS VARCHAR)) FROM highest
  UNION ALL
  SELECT 'thin_evidence', l.lea_id, NULL, l.staff_id, l.program_id, l.school_year,
    format('Holds {} without a usable rating: {}.', coalesce(l.level, 'a role of the program'), coalesce(r.reason, 'no evaluation row'))
  FROM leaders l LEFT JOIN reasons r USING (lea_id, school_year, staff_id) WHERE NOT coalesce(r.rated, false)
  UNION ALL
  SELECT 'low_teaching_share', y.lea_id, NULL, y.staff_id, NULL, y.school_year,
    format('Role {} leaves {} of the time for teaching.', y.role_code, CAST(round(1 - y.release_share, 6) AS VARCHAR))
  FROM role_years y SEMI JOIN leader_years l ON l.staff_id = y.staff_id AND l.school_year = y.school_year CROSS JOIN parameters k
  WHERE y.is_held AND 1 - y.release_share < k.teaching_share
  UNION ALL
  SELECT 'admin_license_unused', lea_id, school_id, staff_id, NULL, school_year,
    format('Holds credential {}; works as {}.', event_code, staff_classification)
  FROM licences WHERE NOT refused AND (valid_until IS NULL OR valid_until >= make_date(school_year, 6, 30))
  UNION ALL
  SELECT 'designation_without_role', lea_id, NULL, staff_id, program_id, school_year,
    format('Holds {}; no leadership role and no leadership event in the year.', level) FROM designees WHERE NOT has_role
  UNION ALL
  SELECT 'ap_falls_leaders_rise', lea_id, NULL, NULL, NULL, school_year,
    format('Assistant principals fell to {} FTE while coaches ({}) and released leaders ({} FTE) rose, two years running.',
      CAST(ap_fte AS VARCHAR), CAST(coach_fte AS VARCHAR), CAST(released_leader_fte AS VARCHAR))
  FROM leadership_staffing WHERE ap_falls_leaders_rise
  UNION ALL
  SELECT 'rating_system_mismatch', a.lea_id, NULL, NULL, a.program_id, a.school_year,
    format('The program reads {}; the district''s evaluations are under {}.', p.rating_system, s.sent)
  FROM (SELECT DISTINCT lea_id, program_id, school_year FROM adopted) a JOIN programs p ON p.program_id = a.program_id
    JOIN (SELECT lea_id, school_year, string_agg(DISTINCT rating_system, ', ' ORDER BY rating_system) AS sent
          FROM ratings GROUP BY ALL) s ON s.lea_id = a.lea_id AND s.school_year = a.school_year
  WHERE p.rating_system IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM ratings r WHERE r.lea_id = a.lea_id AND r.school_year = a.school_year AND r.rating_system = p.rating_system))
SELECT kind || ':' || lea_id || ':' || school_year || ':' || lpad(CAST(row_number() OVER (PARTITION BY kind, lea_id, school_year
    ORDER BY program_id NULLS FIRST, school_id NULLS FIRST, staff_id NULLS FIRST, evidence NULLS FIRST) AS VARCHAR), 6, '0') AS exception_id,
  *
FROM found
ORDER BY exception_id
