-- Who does what may be done by one process at a time: the relay, each consumer.
CREATE TABLE leases (
    name TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);

-- How far the relay has come, as it last noted; the bus itself says how far it really is.
CREATE TABLE relay_lanes (
    lane BIGINT PRIMARY KEY,
    position BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    stream TEXT NOT NULL
);

-- Events that a consumer could not handle, and those of the same stream that wait behind them.
CREATE TABLE dead_letters (
    consumer TEXT NOT NULL,
    source TEXT NOT NULL,
    lane BIGINT NOT NULL,
    position BIGINT NOT NULL,
    stream_id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    headers JSONB NOT NULL,
    body BYTEA NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('retrying', 'waiting', 'parked', 'halted', 'skipped')),
    reason TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    first_at TIMESTAMPTZ NOT NULL,
    last_at TIMESTAMPTZ NOT NULL,
    next_at TIMESTAMPTZ,
    skip_reason TEXT,
    PRIMARY KEY (consumer, source, lane, position)
);

CREATE INDEX dead_letters_stream ON dead_letters (consumer, source, stream_id, position);
CREATE INDEX dead_letters_state ON dead_letters (consumer, state, next_at);

-- Work that the context gave itself for later.
CREATE TABLE jobs (
    queue TEXT NOT NULL,
    job_key TEXT NOT NULL,
    content JSONB NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    traceparent TEXT,
    attempts BIGINT NOT NULL,
    token BIGINT NOT NULL,
    claimed_by TEXT,
    claimed_until TIMESTAMPTZ,
    last_error TEXT,
    PRIMARY KEY (queue, job_key)
);

CREATE INDEX jobs_due ON jobs (queue, due_at);
