-- The ledger: what was dropped, what became of it, when. Works on SQLite and PostgreSQL. Forward only.

-- One row per submission: the files of one landing folder that arrived together. Money in cents.
CREATE TABLE submission (
    submission_id   TEXT PRIMARY KEY,
    lea_id          TEXT NOT NULL,
    school_year     INTEGER NOT NULL,
    extract         TEXT NOT NULL,
    landing         TEXT NOT NULL,
    files           TEXT NOT NULL,
    received_at     TEXT NOT NULL,
    rows_read       BIGINT NOT NULL,
    rows_accepted   BIGINT NOT NULL,
    rows_quarantined BIGINT NOT NULL,
    rows_duplicate  BIGINT NOT NULL,
    rows_set_aside  BIGINT NOT NULL,
    cents_read      BIGINT,
    cents_accepted  BIGINT,
    cents_quarantined BIGINT,
    cents_duplicate BIGINT,
    cents_set_aside BIGINT,
    rows_warned     BIGINT NOT NULL,
    code_version    TEXT NOT NULL
);

CREATE INDEX submission_place ON submission (lea_id, school_year, extract);

-- History of a submission's state, appended only: the last row is the state today, the last row up to T the state at T.
CREATE TABLE submission_event (
    event_id      BIGINT PRIMARY KEY,
    submission_id TEXT NOT NULL REFERENCES submission (submission_id),
    state         TEXT NOT NULL,
    at            TEXT NOT NULL,
    why           TEXT NOT NULL
);

CREATE INDEX submission_event_of ON submission_event (submission_id, event_id);

-- Every landing object that has been looked at, so that an unchanged landing is no work.
CREATE TABLE landed_object (
    landing       TEXT NOT NULL,
    object_key    TEXT NOT NULL,
    etag          TEXT NOT NULL,
    size          BIGINT NOT NULL,
    submission_id TEXT NOT NULL,
    PRIMARY KEY (landing, object_key)
);

-- Releases in the order in which they became current.
CREATE TABLE release (
    release_no    BIGINT PRIMARY KEY,
    release_id    TEXT NOT NULL,
    at            TEXT NOT NULL
);
