-- Tokens with which a district signs in to the drop page. The token itself is kept nowhere, only its SHA-256: it is 256
-- random bits, so that no hash made slow on purpose is needed.
CREATE TABLE drop_token (
    token_sha256 TEXT PRIMARY KEY,
    lea_id       TEXT NOT NULL,
    made_at      TEXT NOT NULL,
    ended_at     TEXT NOT NULL DEFAULT ''
);
