-- How many teacher leaders became assistant principal or principal?
SELECT school_year, years_after, leaders, to_ap, to_principal, new_principals, new_principals_who_led
FROM pipeline
WHERE lea_id IS NULL AND years_after IN (1, 3)
ORDER BY school_year, years_after;
