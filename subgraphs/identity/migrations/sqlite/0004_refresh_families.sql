-- One row for each session, however often it is refreshed. All its tokens begin with one secret, so that none of them is
-- ever unknown; they end in one of their own, of which the newest is good. Only hashes are kept. Tokens of the form before
-- are good no longer: their sessions go with them.
DROP TABLE refresh_tokens;
DELETE FROM sessions;

CREATE TABLE refresh_tokens (
    session_id TEXT NOT NULL PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    family_hash TEXT NOT NULL,
    token_hash TEXT NOT NULL
);

CREATE UNIQUE INDEX refresh_tokens_family_hash ON refresh_tokens (family_hash);
