CREATE TABLE warehouses (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    priority BIGINT NOT NULL CHECK (priority >= 0),
    is_active BOOLEAN NOT NULL,
    created_at TEXT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0)
);

CREATE UNIQUE INDEX warehouses_code ON warehouses (tenant_id, code);
CREATE INDEX warehouses_tenant ON warehouses (tenant_id, id);

-- What the catalog tells of variants: whose they are.
CREATE TABLE variants (
    id TEXT NOT NULL PRIMARY KEY,
    product_id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    sku TEXT NOT NULL,
    title TEXT NOT NULL,
    status TEXT NOT NULL,
    product_version BIGINT NOT NULL
);

-- Stock items as their events have made them, written in the commit of the events. The checks are the last line: a fold
-- that would sell what is not there cannot be committed.
CREATE TABLE stock_levels (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    variant_id TEXT NOT NULL,
    warehouse_id TEXT NOT NULL,
    on_hand BIGINT NOT NULL CONSTRAINT stock_levels_on_hand CHECK (on_hand >= 0),
    held BIGINT NOT NULL CONSTRAINT stock_levels_held CHECK (held >= 0),
    committed BIGINT NOT NULL CONSTRAINT stock_levels_committed CHECK (committed >= 0),
    version BIGINT NOT NULL CHECK (version > 0),
    CONSTRAINT stock_levels_no_oversell CHECK (held <= on_hand)
);

CREATE UNIQUE INDEX stock_levels_place ON stock_levels (variant_id, warehouse_id);
CREATE INDEX stock_levels_tenant ON stock_levels (tenant_id, id);
CREATE INDEX stock_levels_warehouse ON stock_levels (warehouse_id, variant_id);

-- How much of a variant can be sold, and what the last event about it said.
CREATE TABLE availabilities (
    variant_id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    saleable BIGINT NOT NULL CHECK (saleable >= 0),
    level TEXT NOT NULL,
    published_level TEXT NOT NULL,
    published_at TEXT,
    version BIGINT NOT NULL CHECK (version >= 0)
);

CREATE TABLE reservations (
    id TEXT NOT NULL PRIMARY KEY,
    order_id TEXT NOT NULL,
    buyer_id TEXT,
    standing TEXT NOT NULL,
    units BIGINT NOT NULL CHECK (units > 0),
    made_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    correlation_id TEXT
);

CREATE INDEX reservations_buyer ON reservations (buyer_id, standing);
CREATE INDEX reservations_expiry ON reservations (standing, expires_at);

CREATE TABLE reservation_lines (
    reservation_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    line_id TEXT NOT NULL,
    variant_id TEXT NOT NULL,
    warehouse_id TEXT NOT NULL,
    stock_item_id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    returned BIGINT NOT NULL CONSTRAINT reservation_lines_returned CHECK (returned >= 0 AND returned <= quantity),
    PRIMARY KEY (reservation_id, number)
);

CREATE INDEX reservation_lines_line ON reservation_lines (line_id);
