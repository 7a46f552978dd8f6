-- What the sandbox, as a provider, knows of its customers' payments.
CREATE TABLE payments (
    reference TEXT COLLATE "C" PRIMARY KEY,
    payment_id TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT COLLATE "C" NOT NULL,
    captured BIGINT NOT NULL CHECK (captured BETWEEN 0 AND amount),
    refunded BIGINT NOT NULL CHECK (refunded BETWEEN 0 AND captured),
    is_voided BOOLEAN NOT NULL
);

-- The log: each key once, with what came of it and how often it was sent.
CREATE TABLE calls (
    idempotency_key TEXT COLLATE "C" PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    payment_id TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL,
    reference TEXT COLLATE "C" NOT NULL,
    amount BIGINT NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    refused TEXT COLLATE "C",
    sent BIGINT NOT NULL CHECK (sent > 0),
    made_at TIMESTAMPTZ NOT NULL
);

CREATE INDEX calls_order ON calls (order_id);

-- Calls that were lost on their way, by the wish of a setting: once each.
CREATE TABLE lost_calls (
    idempotency_key TEXT COLLATE "C" PRIMARY KEY
);
