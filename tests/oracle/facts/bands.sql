-- Pay of role holders beside the pay bands that programs set; a band may shrink with the share of the role that is held.
CREATE TEMP TABLE band_pay AS
WITH held AS (
  SELECT b.program_id, b.rule_id, y.lea_id, y.school_year, y.staff_id, y.role_code, coalesce(p.cents / 100, 0.0) AS paid, b.low, b.high,
    CASE WHEN y.school_year >= coalesce(b.by_share_from, 9999) AND y.release_share > 0 THEN y.release_share ELSE 1.0 END AS part
  FROM role_years y JOIN pay_bands b USING (role_code, school_year)
  LEFT JOIN role_pay p USING (lea_id, school_year, staff_id, role_code) WHERE y.is_held)
SELECT * REPLACE (low * part AS low, high * part AS high), paid NOT BETWEEN low * part AND high * part AS is_outside FROM held;
