-- Designations and certificates without a role; with_role: those that led to one.
CREATE OR REPLACE VIEW bi_unused_designation AS
SELECT
    *,
    designees - without_role AS with_role
FROM unused_designation;
