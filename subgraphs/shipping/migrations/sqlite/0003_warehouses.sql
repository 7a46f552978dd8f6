-- What inventory tells of its warehouses: whose they are, and whether they serve.
CREATE TABLE warehouses (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    is_active BOOLEAN NOT NULL,
    told_version BIGINT NOT NULL
);
