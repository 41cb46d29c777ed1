-- Teachers per evaluator, with and without leaders. `relief` is the span that leaders take off.
CREATE OR REPLACE VIEW bi_supervision_span AS
SELECT
    *,
    span_without_leaders - span AS relief,
    CASE WHEN evaluators > 0 THEN CAST(teacher_fte AS DOUBLE) / evaluators END AS span_fte,
    evaluators - evaluators_without_leaders AS leader_evaluators
FROM supervision_span;
