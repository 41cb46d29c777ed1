-- District-years that are certified: a later drop is kept as late and changes nothing. Appended only; the last row holds.
CREATE TABLE certification (
    certification_id BIGINT PRIMARY KEY,
    lea_id           TEXT NOT NULL,
    school_year      INTEGER NOT NULL,
    certified        INTEGER NOT NULL,
    at               TEXT NOT NULL
);

CREATE INDEX certification_place ON certification (lea_id, school_year, certification_id);
