-- Users who were erased: nobody notes an address in their name any more.
CREATE TABLE erased_users (
    user_id TEXT NOT NULL PRIMARY KEY
);
