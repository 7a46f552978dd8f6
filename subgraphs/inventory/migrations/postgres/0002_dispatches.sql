-- Sold units lie in the warehouse until their shipment leaves. All that was sold before awaits what shipping has told of it.
ALTER TABLE stock_levels ADD COLUMN awaiting_dispatch BIGINT NOT NULL DEFAULT 0
    CONSTRAINT stock_levels_awaiting_dispatch CHECK (awaiting_dispatch >= 0 AND awaiting_dispatch <= committed);

UPDATE stock_levels SET awaiting_dispatch = committed;

ALTER TABLE reservation_lines ADD COLUMN dispatched BIGINT NOT NULL DEFAULT 0
    CONSTRAINT reservation_lines_dispatched CHECK (dispatched >= 0 AND dispatched <= quantity);

-- Shipments that left: each leaves once, however often it is told.
CREATE TABLE dispatches (
    shipment_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    heard_at TIMESTAMPTZ NOT NULL
);
