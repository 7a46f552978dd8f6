-- What the catalog sells: kept up to date by its events. A product's events tell the price that its variants have then.
CREATE TABLE variants (
    id TEXT COLLATE "C" PRIMARY KEY,
    product_id TEXT COLLATE "C" NOT NULL,
    tenant_id TEXT COLLATE "C" NOT NULL,
    vendor_id TEXT COLLATE "C" NOT NULL,
    sku TEXT NOT NULL,
    title TEXT NOT NULL,
    is_for_sale BOOLEAN NOT NULL,
    price BIGINT NOT NULL CHECK (price >= 0),
    currency TEXT NOT NULL,
    weight_grams BIGINT NOT NULL CHECK (weight_grams >= 0),
    product_version BIGINT NOT NULL,
    told_at TIMESTAMPTZ NOT NULL
);

CREATE INDEX variants_product ON variants (product_id);

-- Prices that changed on their own. The newer of the two counts.
CREATE TABLE variant_prices (
    variant_id TEXT COLLATE "C" PRIMARY KEY,
    price BIGINT NOT NULL CHECK (price >= 0),
    currency TEXT NOT NULL,
    told_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE shipping_methods (
    code TEXT COLLATE "C" PRIMARY KEY,
    name TEXT NOT NULL,
    currency TEXT NOT NULL,
    base_price BIGINT NOT NULL CHECK (base_price >= 0),
    price_per_kg BIGINT NOT NULL CHECK (price_per_kg >= 0),
    is_active BOOLEAN NOT NULL,
    stream_version BIGINT NOT NULL
);

CREATE TABLE carts (
    id TEXT COLLATE "C" PRIMARY KEY,
    buyer_id TEXT COLLATE "C" NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0)
);

CREATE UNIQUE INDEX carts_buyer ON carts (buyer_id);

CREATE TABLE cart_lines (
    id TEXT COLLATE "C" PRIMARY KEY,
    cart_id TEXT COLLATE "C" NOT NULL REFERENCES carts (id),
    number BIGINT NOT NULL,
    variant_id TEXT COLLATE "C" NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity BETWEEN 1 AND 99),
    seen_price BIGINT NOT NULL CHECK (seen_price >= 0),
    currency TEXT NOT NULL
);

CREATE UNIQUE INDEX cart_lines_variant ON cart_lines (cart_id, variant_id);

CREATE TABLE checkouts (
    id TEXT COLLATE "C" PRIMARY KEY,
    buyer_id TEXT COLLATE "C" NOT NULL,
    quote JSONB NOT NULL,
    quote_hash TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    order_id TEXT COLLATE "C"
);

CREATE INDEX checkouts_buyer ON checkouts (buyer_id, expires_at);

-- Orders as they are shown; their truth is their events.
CREATE TABLE orders (
    id TEXT COLLATE "C" PRIMARY KEY,
    buyer_id TEXT COLLATE "C" NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    detail TEXT,
    placed JSONB NOT NULL,
    placed_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0)
);

-- A buyer's orders are listed in the order in which they were placed, which ids tell.
CREATE INDEX orders_buyer ON orders (buyer_id, id);

CREATE TABLE order_lines (
    id TEXT COLLATE "C" PRIMARY KEY,
    order_id TEXT COLLATE "C" NOT NULL REFERENCES orders (id),
    tenant_id TEXT COLLATE "C" NOT NULL
);

-- Which tenants sell in an order: from its confirmation on, their staff sees their part.
CREATE TABLE order_sellers (
    tenant_id TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL REFERENCES orders (id),
    PRIMARY KEY (tenant_id, order_id)
);

CREATE INDEX order_sellers_order ON order_sellers (order_id);

CREATE TABLE returns (
    id TEXT COLLATE "C" PRIMARY KEY,
    order_id TEXT COLLATE "C" NOT NULL REFERENCES orders (id),
    tenant_id TEXT COLLATE "C" NOT NULL,
    status TEXT NOT NULL,
    refused_because TEXT,
    returned JSONB NOT NULL,
    requested_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);

CREATE INDEX returns_order ON returns (order_id, id);
