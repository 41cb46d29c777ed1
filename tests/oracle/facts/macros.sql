-- Numbers as MARTS 1 rounds them: half-up once, at output, after clearing binary noise.
CREATE MACRO half_up(x, unit) AS round(round(CAST(x AS DOUBLE) * CAST(unit AS DOUBLE), 5)) / CAST(unit AS DOUBLE);
CREATE MACRO money(x) AS CAST(half_up(x, 100) AS DECIMAL(14, 2));
CREATE MACRO rate(x) AS CASE WHEN isfinite(CAST(x AS DOUBLE)) THEN round(half_up(x, 1000000), 6) END;
CREATE MACRO ratio(part, whole) AS CASE WHEN whole > 0 THEN CAST(part AS DOUBLE) / CAST(whole AS DOUBLE) END;
CREATE MACRO cents(x) AS CAST(x * 100 AS BIGINT);
CREATE MACRO from_cents(x) AS CAST(CAST(x AS BIGINT) / 100 AS DECIMAL(14, 2));
-- money inside is whole hundred-millionths of a dollar, so that sums do not depend on their order
CREATE MACRO fine(cents_) AS CAST(cents_ AS BIGINT) * 1000000;
CREATE MACRO dollars(fine_) AS CAST(fine_ AS DOUBLE) / 100000000;
CREATE MACRO whole(x) AS CAST(round_even(CAST(x AS DOUBLE), 0) AS BIGINT);
CREATE MACRO day_of_year(year, month_day) AS make_date(
  year - CASE WHEN CAST(left(month_day, 2) AS INT) >= 7 THEN 1 ELSE 0 END,
  CAST(left(month_day, 2) AS INT), CAST(right(month_day, 2) AS INT));
