-- What inventory tells of its warehouses: whose they are, and whether they serve.
CREATE TABLE warehouses (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tenant_id TEXT COLLATE "C" NOT NULL,
    is_active BOOLEAN NOT NULL,
    told_version BIGINT NOT NULL
);
