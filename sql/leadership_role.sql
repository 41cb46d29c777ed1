-- Roles with time and pay. Rates are null where no payroll hours were reported; `hours_missing` counts those.
CREATE OR REPLACE VIEW bi_leadership_role AS
SELECT
    *,
    hours IS NULL AND role_pay <> 0 AS hours_missing,
    CASE WHEN ratio_to_minimum_wage IS NOT NULL THEN ratio_to_minimum_wage < 1 END AS below_minimum_wage,
    CASE WHEN ratio_to_own_rate IS NOT NULL THEN ratio_to_own_rate < 1 END AS below_own_rate,
    1 - release_share AS teaching_share
FROM leadership_role;
