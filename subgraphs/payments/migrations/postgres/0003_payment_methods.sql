-- What buyers pay with: tokens of the provider, and never the number of a card.
CREATE TABLE payment_methods (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id TEXT COLLATE "C" NOT NULL,
    token TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE UNIQUE INDEX payment_methods_token ON payment_methods (user_id, token);
