//! Document collections: one write is one atomic document with its outbox and idempotency records.
