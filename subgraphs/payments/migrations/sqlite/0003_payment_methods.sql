-- What buyers pay with: tokens of the provider, and never the number of a card.
CREATE TABLE payment_methods (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    token TEXT NOT NULL,
    created_at TEXT NOT NULL
);

CREATE UNIQUE INDEX payment_methods_token ON payment_methods (user_id, token);
