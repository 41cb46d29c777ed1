-- Pay at each level beside administrators'. Differences in dollars beside the ratios.
CREATE OR REPLACE VIEW bi_pay_parity AS
SELECT
    *,
    median_pay - median_teacher AS above_teacher,
    median_pay - median_assistant_principal AS above_assistant_principal,
    median_pay - median_principal AS above_principal
FROM pay_parity;
