-- Which designations and certificates led to no role?
SELECT
    program_id, sum(designees) AS designees, sum(without_role) AS without_role, sum(certificates) AS certificates,
    sum(certificates_without_role) AS certificates_without_role
FROM unused_designation
GROUP BY program_id
ORDER BY program_id;
