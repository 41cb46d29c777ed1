-- How many new teachers have taught in every year since they began?
SELECT cohort_year, years_after, entered, in_teaching, survival, survival_low, survival_high
FROM survival
WHERE lea_id IS NULL AND comparison_group = 'all'
ORDER BY cohort_year, years_after;
