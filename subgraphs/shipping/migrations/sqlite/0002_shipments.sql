-- What the placing of orders asked for, by the id of the command, and what was answered.
CREATE TABLE plans (
    command_id TEXT NOT NULL PRIMARY KEY,
    order_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('make', 'cancel')),
    answer_type TEXT,
    answer TEXT
);

CREATE INDEX plans_order ON plans (order_id);

-- How many events the stream of an order's plan has.
CREATE TABLE plan_streams (
    order_id TEXT NOT NULL PRIMARY KEY,
    events BIGINT NOT NULL CHECK (events > 0)
);

-- Orders that are confirmed, whose plans may not have come yet.
CREATE TABLE confirmed_orders (
    order_id TEXT NOT NULL PRIMARY KEY
);

CREATE TABLE shipments (
    id TEXT NOT NULL PRIMARY KEY,
    order_id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    buyer_id TEXT NOT NULL,
    address_id TEXT NOT NULL,
    method_code TEXT NOT NULL,
    lines TEXT NOT NULL,
    weight_grams BIGINT NOT NULL,
    status TEXT NOT NULL,
    is_confirmed BOOLEAN NOT NULL,
    tracking_code TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    events BIGINT NOT NULL CHECK (events > 0)
);

CREATE UNIQUE INDEX shipments_tracking_code ON shipments (tracking_code);
CREATE UNIQUE INDEX shipments_one_for_each_tenant ON shipments (order_id, tenant_id);
CREATE INDEX shipments_tenant ON shipments (tenant_id, id);
CREATE INDEX shipments_address ON shipments (address_id);

-- What carriers told, each of it once. Never changed.
CREATE TABLE tracking_events (
    shipment_id TEXT NOT NULL REFERENCES shipments (id),
    carrier_event TEXT NOT NULL,
    status TEXT NOT NULL,
    description TEXT,
    location TEXT,
    occurred_at TEXT NOT NULL,
    received_at TEXT NOT NULL,
    PRIMARY KEY (shipment_id, carrier_event)
);

CREATE INDEX tracking_events_time ON tracking_events (shipment_id, occurred_at);
