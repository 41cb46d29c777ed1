-- Watched shares with their inputs; times_expected: how many times the share of all teachers (or of the year before).
CREATE OR REPLACE VIEW bi_monitors AS
SELECT *, CASE WHEN compared_with > 0 THEN value / compared_with END AS times_expected
FROM monitors;
