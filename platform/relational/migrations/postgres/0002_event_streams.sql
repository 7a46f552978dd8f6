-- The log: events of all aggregates of the context, in lanes. Positions of a lane are without holes, in the order of commits.
CREATE TABLE event_lanes (
    lane BIGINT PRIMARY KEY,
    position BIGINT NOT NULL
) WITH (fillfactor = 10); -- Its few rows are changed by every commit: there is room for their new versions.

INSERT INTO event_lanes (lane, position) SELECT lane, position FROM outbox_lanes;

CREATE TABLE events (
    lane BIGINT NOT NULL,
    position BIGINT NOT NULL,
    event_id TEXT NOT NULL,
    stream_id TEXT NOT NULL,
    stream_version BIGINT NOT NULL,
    event JSON NOT NULL, -- Its text is kept as it is.
    PRIMARY KEY (lane, position)
);

INSERT INTO events (lane, position, event_id, stream_id, stream_version, event)
SELECT lane, position, event_id, event->>'stream_id', CAST(event->>'stream_version' AS BIGINT), event FROM outbox;

CREATE UNIQUE INDEX events_event_id ON events (event_id);
CREATE INDEX events_stream ON events (stream_id, stream_version);

DROP TABLE outbox;
DROP TABLE outbox_lanes;

-- Streams of aggregates whose state is their events: the version that an append expects is decided here.
CREATE TABLE event_streams (
    stream_id TEXT NOT NULL PRIMARY KEY,
    aggregate TEXT NOT NULL,
    tenant TEXT,
    version BIGINT NOT NULL CHECK (version > 0)
);

-- States folded so far. Only ever a shortcut: without them everything is folded from the start.
CREATE TABLE snapshots (
    stream_id TEXT NOT NULL PRIMARY KEY,
    fold_version BIGINT NOT NULL,
    stream_version BIGINT NOT NULL,
    state JSONB NOT NULL
);

-- How far a consumer has come in the log of a context; moved together with what the event did here.
CREATE TABLE checkpoints (
    consumer TEXT NOT NULL,
    source TEXT NOT NULL,
    lane BIGINT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (consumer, source, lane)
);
