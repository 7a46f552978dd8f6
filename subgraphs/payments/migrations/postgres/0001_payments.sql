-- What an order's payment has come to. At most one of an order's payments is alive.
CREATE TABLE payments (
    id TEXT COLLATE "C" PRIMARY KEY,
    order_id TEXT COLLATE "C" NOT NULL,
    buyer_id TEXT COLLATE "C" NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT COLLATE "C" NOT NULL,
    payment_method TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C",
    reference TEXT COLLATE "C",
    authorise_command TEXT COLLATE "C" NOT NULL,
    pending_command TEXT COLLATE "C",
    captured BIGINT NOT NULL CHECK (captured BETWEEN 0 AND amount),
    refunded BIGINT NOT NULL CHECK (refunded >= 0),
    refund_pending BIGINT NOT NULL CHECK (refund_pending >= 0),
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    events BIGINT NOT NULL CHECK (events > 0),
    CONSTRAINT payments_refunded_at_most_what_was_captured CHECK (refunded + refund_pending <= captured)
);

CREATE UNIQUE INDEX payments_authorise_command ON payments (authorise_command);
CREATE UNIQUE INDEX payments_one_alive ON payments (order_id) WHERE status NOT IN ('declined', 'voided');
CREATE INDEX payments_order ON payments (order_id, id);
CREATE INDEX payments_reference ON payments (reference);

-- What was asked of us, by the id of the command, and what was answered. The id is the provider's idempotency key.
CREATE TABLE operations (
    command_id TEXT COLLATE "C" PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'withdrawn', 'done')),
    payment_id TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL,
    amount BIGINT NOT NULL,
    currency TEXT COLLATE "C",
    refund_id TEXT COLLATE "C",
    undoes TEXT COLLATE "C",
    is_withdrawn BOOLEAN NOT NULL,
    was_sent BOOLEAN NOT NULL,
    unknown_told BOOLEAN NOT NULL,
    unsent BIGINT NOT NULL CHECK (unsent >= 0),
    answer_type TEXT COLLATE "C",
    answer JSONB,
    answers BIGINT NOT NULL CHECK (answers >= 0),
    requested_at TIMESTAMPTZ NOT NULL,
    correlation_id TEXT COLLATE "C",
    causation_id TEXT COLLATE "C",
    traceparent TEXT COLLATE "C"
);

CREATE INDEX operations_payment ON operations (payment_id, kind);

CREATE TABLE refunds (
    id TEXT COLLATE "C" PRIMARY KEY,
    payment_id TEXT COLLATE "C" NOT NULL REFERENCES payments (id),
    command_id TEXT COLLATE "C" NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL CHECK (status IN ('pending', 'succeeded', 'failed')),
    failure TEXT COLLATE "C",
    created_at TIMESTAMPTZ NOT NULL
);

CREATE UNIQUE INDEX refunds_command ON refunds (command_id);
CREATE INDEX refunds_payment ON refunds (payment_id, id);

-- Who sells what part of an order: the vendors' shares of what is captured.
CREATE TABLE order_shares (
    order_id TEXT COLLATE "C" NOT NULL,
    vendor_id TEXT COLLATE "C" NOT NULL,
    tenant_id TEXT COLLATE "C" NOT NULL,
    amount BIGINT NOT NULL CHECK (amount >= 0),
    currency TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (order_id, vendor_id)
);
