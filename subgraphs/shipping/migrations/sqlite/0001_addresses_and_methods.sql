-- Delivery addresses: personal data, which is nowhere else.
CREATE TABLE addresses (
    id TEXT NOT NULL PRIMARY KEY,
    owner_id TEXT NOT NULL,
    recipient TEXT NOT NULL,
    line1 TEXT NOT NULL,
    line2 TEXT,
    postal_code TEXT,
    city TEXT NOT NULL,
    region TEXT,
    country TEXT NOT NULL,
    phone TEXT,
    is_deleted BOOLEAN NOT NULL,
    created_at TEXT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0)
);

CREATE INDEX addresses_owner ON addresses (owner_id, id);

CREATE TABLE methods (
    id TEXT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL,
    tenant_id TEXT,
    name TEXT NOT NULL,
    currency TEXT NOT NULL,
    base_price BIGINT NOT NULL CHECK (base_price >= 0),
    price_per_kg BIGINT NOT NULL CHECK (price_per_kg >= 0),
    countries TEXT NOT NULL,
    is_active BOOLEAN NOT NULL,
    created_at TEXT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0)
);

CREATE UNIQUE INDEX methods_code ON methods (code);

-- What the catalog says of its variants' measures.
CREATE TABLE variants (
    id TEXT NOT NULL PRIMARY KEY,
    weight_grams BIGINT NOT NULL,
    width_mm BIGINT NOT NULL,
    height_mm BIGINT NOT NULL,
    depth_mm BIGINT NOT NULL
);
