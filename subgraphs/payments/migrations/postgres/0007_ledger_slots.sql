-- The sums of an account are kept in slots: those of a payment are in the slot of the payment's last letter, so that payments that are
-- captured at the same time seldom wait for each other. The limits hold in each slot, since what a payment takes from an account
-- it has brought there.
CREATE TABLE ledger_slots (
    account_id TEXT COLLATE "C" NOT NULL,
    slot TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    debits BIGINT NOT NULL CHECK (debits BETWEEN 0 AND 4000000000000000000),
    credits BIGINT NOT NULL CHECK (credits BETWEEN 0 AND 4000000000000000000),
    PRIMARY KEY (account_id, slot),
    CONSTRAINT ledger_slots_clearing_limit CHECK (kind <> 'provider_clearing' OR debits >= credits),
    CONSTRAINT ledger_slots_own_limit CHECK (kind NOT IN ('platform_fees', 'shipping', 'customer_funds', 'disputes') OR credits >= debits)
);

INSERT INTO ledger_slots (account_id, slot, kind, debits, credits)
SELECT moved.account_id, moved.slot, accounts.kind, SUM(moved.debits), SUM(moved.credits)
FROM (
    SELECT p.debit_account AS account_id, COALESCE(right(e.payment_id, 1), '0') AS slot, p.amount AS debits, 0 AS credits
    FROM postings p JOIN ledger_entries e ON e.id = p.entry_id
    UNION ALL
    SELECT p.credit_account, COALESCE(right(e.payment_id, 1), '0'), 0, p.amount
    FROM postings p JOIN ledger_entries e ON e.id = p.entry_id
) AS moved
JOIN ledger_accounts accounts ON accounts.id = moved.account_id
GROUP BY moved.account_id, moved.slot, accounts.kind;

-- With the limits of the whole.
ALTER TABLE ledger_accounts DROP COLUMN debits, DROP COLUMN credits;

-- Accounts with their sums.
CREATE VIEW ledger_balances AS
SELECT accounts.id, accounts.kind, accounts.vendor_id, accounts.tenant_id, accounts.currency,
    (SELECT CAST(COALESCE(SUM(slots.debits), 0) AS BIGINT) FROM ledger_slots slots WHERE slots.account_id = accounts.id) AS debits,
    (SELECT CAST(COALESCE(SUM(slots.credits), 0) AS BIGINT) FROM ledger_slots slots WHERE slots.account_id = accounts.id) AS credits
FROM ledger_accounts accounts;
