-- How many rows of a submission break each rule: only rules that some row breaks. What `data_quality` is made from.
CREATE TABLE submission_rule (
    submission_id TEXT NOT NULL REFERENCES submission (submission_id),
    rule_id       TEXT NOT NULL,
    severity      TEXT NOT NULL,
    failed        BIGINT NOT NULL,
    PRIMARY KEY (submission_id, rule_id)
);
