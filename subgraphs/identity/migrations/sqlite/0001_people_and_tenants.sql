-- People who sign in. Usernames and addresses are stored in lower case, so that the indexes see names that differ in
-- case only as equal.
CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    username TEXT NOT NULL,
    email TEXT NOT NULL,
    password_hash TEXT,
    is_private BOOLEAN NOT NULL CHECK (is_private IN (0, 1)),
    created_at TEXT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    CONSTRAINT users_username_form CHECK (length(username) BETWEEN 3 AND 50 AND username = lower(username)),
    CONSTRAINT users_email_form CHECK (length(email) BETWEEN 3 AND 255)
);

CREATE UNIQUE INDEX users_username ON users (username);
CREATE UNIQUE INDEX users_email ON users (email);

CREATE TABLE tenants (
    id TEXT NOT NULL PRIMARY KEY,
    handle TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('MERCHANT', 'PLATFORM')),
    created_by TEXT NOT NULL REFERENCES users (id),
    created_at TEXT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0)
);

CREATE UNIQUE INDEX tenants_handle ON tenants (handle);
CREATE INDEX tenants_created_by ON tenants (created_by);

CREATE TABLE memberships (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    -- Names of roles with blanks between them.
    roles TEXT NOT NULL,
    is_owner BOOLEAN NOT NULL CHECK (is_owner IN (0, 1)),
    created_at TEXT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0)
);

CREATE UNIQUE INDEX memberships_tenant_user ON memberships (tenant_id, user_id);
CREATE INDEX memberships_tenant_id ON memberships (tenant_id, id);
CREATE INDEX memberships_user_id ON memberships (user_id, id);
