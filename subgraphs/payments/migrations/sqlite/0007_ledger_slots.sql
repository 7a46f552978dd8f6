-- The sums of an account are kept in slots: those of a payment are in the slot of the payment's last letter, so that payments that are
-- captured at the same time seldom wait for each other. The limits hold in each slot, since what a payment takes from an account
-- it has brought there.
CREATE TABLE ledger_slots (
    account_id TEXT NOT NULL,
    slot TEXT NOT NULL,
    kind TEXT NOT NULL,
    debits BIGINT NOT NULL CHECK (debits BETWEEN 0 AND 4000000000000000000),
    credits BIGINT NOT NULL CHECK (credits BETWEEN 0 AND 4000000000000000000),
    PRIMARY KEY (account_id, slot),
    CONSTRAINT ledger_slots_clearing_limit CHECK (kind <> 'provider_clearing' OR debits >= credits),
    CONSTRAINT ledger_slots_own_limit CHECK (kind NOT IN ('platform_fees', 'shipping', 'customer_funds', 'disputes') OR credits >= debits)
);

INSERT INTO ledger_slots (account_id, slot, kind, debits, credits)
SELECT moved.account_id, moved.slot, accounts.kind, SUM(moved.debits), SUM(moved.credits)
FROM (
    SELECT p.debit_account AS account_id, COALESCE(substr(e.payment_id, -1), '0') AS slot, p.amount AS debits, 0 AS credits
    FROM postings p JOIN ledger_entries e ON e.id = p.entry_id
    UNION ALL
    SELECT p.credit_account, COALESCE(substr(e.payment_id, -1), '0'), 0, p.amount
    FROM postings p JOIN ledger_entries e ON e.id = p.entry_id
) AS moved
JOIN ledger_accounts accounts ON accounts.id = moved.account_id
GROUP BY moved.account_id, moved.slot, accounts.kind;

-- SQLite drops no column that a limit is about. What refers to accounts is looked at when all is there again.
PRAGMA defer_foreign_keys = ON;
CREATE TABLE kept AS SELECT id, kind, vendor_id, tenant_id, currency FROM ledger_accounts;
DROP TABLE ledger_accounts;
CREATE TABLE ledger_accounts (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    vendor_id TEXT,
    tenant_id TEXT,
    currency TEXT NOT NULL
);
CREATE UNIQUE INDEX ledger_accounts_currency ON ledger_accounts (id, currency);
CREATE INDEX ledger_accounts_vendor ON ledger_accounts (vendor_id, id);
CREATE INDEX ledger_accounts_tenant ON ledger_accounts (tenant_id, id);
INSERT INTO ledger_accounts (id, kind, vendor_id, tenant_id, currency) SELECT id, kind, vendor_id, tenant_id, currency FROM kept;
DROP TABLE kept;

-- Accounts with their sums.
CREATE VIEW ledger_balances AS
SELECT accounts.id, accounts.kind, accounts.vendor_id, accounts.tenant_id, accounts.currency,
    (SELECT CAST(COALESCE(SUM(slots.debits), 0) AS BIGINT) FROM ledger_slots slots WHERE slots.account_id = accounts.id) AS debits,
    (SELECT CAST(COALESCE(SUM(slots.credits), 0) AS BIGINT) FROM ledger_slots slots WHERE slots.account_id = accounts.id) AS credits
FROM ledger_accounts accounts;
