-- Orders are listed and filtered by the time at which they were placed, and a seller's by their status too.
DROP INDEX orders_buyer;
CREATE INDEX orders_buyer ON orders (buyer_id, placed_at, id);

ALTER TABLE order_sellers ADD COLUMN status TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE order_sellers ADD COLUMN placed_at TIMESTAMPTZ NOT NULL DEFAULT '-infinity';
UPDATE order_sellers SET
    status = (SELECT status FROM orders WHERE orders.id = order_sellers.order_id),
    placed_at = (SELECT placed_at FROM orders WHERE orders.id = order_sellers.order_id);

CREATE INDEX order_sellers_placed ON order_sellers (tenant_id, placed_at, order_id);
CREATE INDEX order_sellers_status ON order_sellers (tenant_id, status, placed_at, order_id);
