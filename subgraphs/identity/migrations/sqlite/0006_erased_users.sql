-- When the user was erased: what named the person is gone from the row by then. The row stays for those that refer to it.
ALTER TABLE users ADD COLUMN erased_at TEXT;

CREATE INDEX api_keys_created_by ON api_keys (created_by, id);
