-- Schools with a teacher leader; empty district: the state, empty program: any, empty quartile: all schools.
CREATE OR REPLACE VIEW bi_coverage AS
SELECT
    *,
    schools - schools_with_leader AS schools_without_leader
FROM coverage;
