-- Users who were erased: nobody keeps a payment method in their name any more.
CREATE TABLE erased_users (
    user_id TEXT NOT NULL PRIMARY KEY
);
