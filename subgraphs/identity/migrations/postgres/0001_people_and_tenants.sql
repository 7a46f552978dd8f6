-- People who sign in. Usernames and addresses are stored in lower case, so that the indexes see names that differ in
-- case only as equal.
CREATE TABLE users (
    id TEXT COLLATE "C" PRIMARY KEY,
    username TEXT COLLATE "C" NOT NULL,
    email TEXT COLLATE "C" NOT NULL,
    password_hash TEXT,
    is_private BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    CONSTRAINT users_username_form CHECK (length(username) BETWEEN 3 AND 50 AND username = lower(username)),
    CONSTRAINT users_email_form CHECK (length(email) BETWEEN 3 AND 255)
);

CREATE UNIQUE INDEX users_username ON users (username);
CREATE UNIQUE INDEX users_email ON users (email);

CREATE TABLE tenants (
    id TEXT COLLATE "C" PRIMARY KEY,
    handle TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('MERCHANT', 'PLATFORM')),
    created_by TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    created_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0)
);

CREATE UNIQUE INDEX tenants_handle ON tenants (handle);
CREATE INDEX tenants_created_by ON tenants (created_by);

CREATE TABLE memberships (
    id TEXT COLLATE "C" PRIMARY KEY,
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    -- Names of roles with blanks between them.
    roles TEXT NOT NULL,
    is_owner BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0)
);

CREATE UNIQUE INDEX memberships_tenant_user ON memberships (tenant_id, user_id);
CREATE INDEX memberships_tenant_id ON memberships (tenant_id, id);
CREATE INDEX memberships_user_id ON memberships (user_id, id);
