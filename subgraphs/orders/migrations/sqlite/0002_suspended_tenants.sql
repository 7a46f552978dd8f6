-- Tenants of whom identity has told whether they are suspended: of those that are, nothing is for sale.
CREATE TABLE tenant_suspensions (
    tenant_id TEXT NOT NULL PRIMARY KEY,
    is_suspended BOOLEAN NOT NULL,
    stream_version BIGINT NOT NULL
);
