-- What the sandbox, as a provider, knows of its customers' payments.
CREATE TABLE payments (
    reference TEXT NOT NULL PRIMARY KEY,
    payment_id TEXT NOT NULL,
    order_id TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    captured BIGINT NOT NULL CHECK (captured BETWEEN 0 AND amount),
    refunded BIGINT NOT NULL CHECK (refunded BETWEEN 0 AND captured),
    is_voided BOOLEAN NOT NULL
);

-- The log: each key once, with what came of it and how often it was sent.
CREATE TABLE calls (
    idempotency_key TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    payment_id TEXT NOT NULL,
    order_id TEXT NOT NULL,
    reference TEXT NOT NULL,
    amount BIGINT NOT NULL,
    currency TEXT NOT NULL,
    refused TEXT,
    sent BIGINT NOT NULL CHECK (sent > 0),
    made_at TEXT NOT NULL
);

CREATE INDEX calls_order ON calls (order_id);

-- Calls that were lost on their way, by the wish of a setting: once each.
CREATE TABLE lost_calls (
    idempotency_key TEXT NOT NULL PRIMARY KEY
);
