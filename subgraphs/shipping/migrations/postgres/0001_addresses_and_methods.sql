-- Delivery addresses: personal data, which is nowhere else.
CREATE TABLE addresses (
    id TEXT COLLATE "C" PRIMARY KEY,
    owner_id TEXT COLLATE "C" NOT NULL,
    recipient TEXT COLLATE "C" NOT NULL,
    line1 TEXT COLLATE "C" NOT NULL,
    line2 TEXT COLLATE "C",
    postal_code TEXT COLLATE "C",
    city TEXT COLLATE "C" NOT NULL,
    region TEXT COLLATE "C",
    country TEXT COLLATE "C" NOT NULL,
    phone TEXT COLLATE "C",
    is_deleted BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0)
);

CREATE INDEX addresses_owner ON addresses (owner_id, id);

CREATE TABLE methods (
    id TEXT COLLATE "C" PRIMARY KEY,
    code TEXT COLLATE "C" NOT NULL,
    tenant_id TEXT COLLATE "C",
    name TEXT COLLATE "C" NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    base_price BIGINT NOT NULL CHECK (base_price >= 0),
    price_per_kg BIGINT NOT NULL CHECK (price_per_kg >= 0),
    countries JSONB NOT NULL,
    is_active BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0)
);

CREATE UNIQUE INDEX methods_code ON methods (code);

-- What the catalog says of its variants' measures.
CREATE TABLE variants (
    id TEXT COLLATE "C" PRIMARY KEY,
    weight_grams BIGINT NOT NULL,
    width_mm BIGINT NOT NULL,
    height_mm BIGINT NOT NULL,
    depth_mm BIGINT NOT NULL
);
