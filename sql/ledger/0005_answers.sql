-- What districts say about warned rows, who signed for a district-year, and which notices went out. Additive.

-- Answers, appended only: of a place, rule and row (`row_key`, made from the row's values) the last one holds.
CREATE TABLE explanation (
    explanation_id BIGINT PRIMARY KEY,
    lea_id         TEXT NOT NULL,
    school_year    INTEGER NOT NULL,
    extract        TEXT NOT NULL,
    rule_id        TEXT NOT NULL,
    row_key        TEXT NOT NULL,
    answer         TEXT NOT NULL,
    explanation    TEXT NOT NULL,
    answered_by    TEXT NOT NULL,
    source         TEXT NOT NULL,
    at             TEXT NOT NULL
);

CREATE INDEX explanation_place ON explanation (lea_id, school_year, extract, explanation_id);

-- A certification is signed: by whom, in what role, which text, which submissions with which files (JSON).
-- Empty in certifications of before, and where a year was opened again.
ALTER TABLE certification ADD COLUMN signed_by TEXT NOT NULL DEFAULT '';
ALTER TABLE certification ADD COLUMN signed_role TEXT NOT NULL DEFAULT '';
ALTER TABLE certification ADD COLUMN statement TEXT NOT NULL DEFAULT '';
ALTER TABLE certification ADD COLUMN submissions TEXT NOT NULL DEFAULT '';

-- Notices that went out, each once on each channel.
CREATE TABLE notice (
    notice_id TEXT NOT NULL,
    channel   TEXT NOT NULL,
    at        TEXT NOT NULL,
    PRIMARY KEY (notice_id, channel)
);
