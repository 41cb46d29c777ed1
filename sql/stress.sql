-- What each shock does to a program; leaders_cut: expected leaders whom the money would not pay.
CREATE OR REPLACE VIEW bi_stress AS
SELECT
    *,
    leaders_expected - leaders_payable AS leaders_cut
FROM stress;
