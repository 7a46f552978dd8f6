-- Users who were erased: nobody fills a cart in their name any more.
CREATE TABLE erased_users (
    user_id TEXT NOT NULL PRIMARY KEY
);
