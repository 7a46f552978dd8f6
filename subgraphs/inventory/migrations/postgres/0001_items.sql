CREATE TABLE items (
    id TEXT COLLATE "C" PRIMARY KEY,
    tenant_id TEXT COLLATE "C" NOT NULL,
    title TEXT NOT NULL CHECK (length(title) > 0),
    created_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0)
);

-- Items are listed a tenant at a time, in the order in which they were made.
CREATE INDEX items_tenant ON items (tenant_id, id);
