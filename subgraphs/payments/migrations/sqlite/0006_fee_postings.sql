-- Whose sales the postings of fees are of: the account is one for all. Fees of orders in which several tenants sold before this
-- was kept are nobody's here.
CREATE TABLE fee_postings (
    entry_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    tenant_id TEXT NOT NULL,
    currency TEXT NOT NULL,
    taken BIGINT NOT NULL CHECK (taken >= 0),
    returned BIGINT NOT NULL,
    posted_at TEXT NOT NULL,
    PRIMARY KEY (entry_id, number),
    FOREIGN KEY (entry_id, number) REFERENCES postings (entry_id, number)
);

CREATE INDEX fee_postings_tenant ON fee_postings (tenant_id, posted_at);

INSERT INTO fee_postings (entry_id, number, tenant_id, currency, taken, returned, posted_at)
SELECT p.entry_id, p.number, shares.tenant_id, p.currency,
    CASE WHEN e.kind = 'capture' THEN p.amount ELSE 0 END,
    CASE WHEN e.kind = 'capture' THEN 0 WHEN e.kind = 'dispute_won' THEN -p.amount ELSE p.amount END,
    e.posted_at
FROM ledger_entries e
JOIN postings p ON p.entry_id = e.id
JOIN ledger_accounts a ON a.kind = 'platform_fees' AND a.id IN (p.debit_account, p.credit_account)
JOIN payments ON payments.id = e.payment_id
JOIN (SELECT order_id, MIN(tenant_id) AS tenant_id FROM order_shares GROUP BY order_id HAVING COUNT(DISTINCT tenant_id) = 1)
    AS shares ON shares.order_id = payments.order_id;
