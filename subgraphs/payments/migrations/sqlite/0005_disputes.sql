-- What buyers' banks take back. While a dispute is open its money is nobody's.
CREATE TABLE disputes (
    id TEXT NOT NULL PRIMARY KEY,
    payment_id TEXT NOT NULL REFERENCES payments (id),
    reference TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount >= 0),
    currency TEXT NOT NULL,
    reason TEXT NOT NULL,
    outcome TEXT CHECK (outcome IN ('won', 'lost')),
    opened_at TEXT NOT NULL,
    closed_at TEXT,
    CONSTRAINT disputes_closed CHECK ((outcome IS NULL) = (closed_at IS NULL))
);

CREATE UNIQUE INDEX disputes_reference ON disputes (payment_id, reference);
CREATE INDEX disputes_payment ON disputes (payment_id, id);

-- Of what was captured: what open disputes hold back, and what lost ones have taken.
ALTER TABLE payments ADD COLUMN disputed BIGINT NOT NULL DEFAULT 0
    CONSTRAINT payments_disputed CHECK (disputed >= 0);
ALTER TABLE payments ADD COLUMN lost BIGINT NOT NULL DEFAULT 0
    CONSTRAINT payments_disputed_at_most_what_is_left
    CHECK (lost >= 0 AND refunded + refund_pending + disputed + lost <= captured);
