-- Events that were committed and are to be published. Positions of a lane are without holes, in the order of commits.
CREATE TABLE outbox_lanes (
    lane BIGINT NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL
);

INSERT INTO outbox_lanes (lane, position) VALUES (0, 0), (1, 0);

CREATE TABLE outbox (
    lane BIGINT NOT NULL REFERENCES outbox_lanes (lane),
    position BIGINT NOT NULL,
    event_id TEXT NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (lane, position)
);

CREATE UNIQUE INDEX outbox_event_id ON outbox (event_id);

-- Answers to commands that came with an idempotency key.
CREATE TABLE idempotency_records (
    actor_scope TEXT NOT NULL,
    operation TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    input_hash TEXT NOT NULL,
    payload TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    PRIMARY KEY (actor_scope, operation, idempotency_key)
);

CREATE INDEX idempotency_records_expires_at ON idempotency_records (expires_at);
