-- Accounts. Their sums are kept with each posting; the checks are the limits of what may never be overdrawn.
CREATE TABLE ledger_accounts (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    vendor_id TEXT,
    tenant_id TEXT,
    currency TEXT NOT NULL,
    debits BIGINT NOT NULL CHECK (debits BETWEEN 0 AND 4000000000000000000),
    credits BIGINT NOT NULL CHECK (credits BETWEEN 0 AND 4000000000000000000),
    CONSTRAINT ledger_accounts_clearing_limit CHECK (kind <> 'provider_clearing' OR debits >= credits),
    CONSTRAINT ledger_accounts_own_limit CHECK (kind NOT IN ('platform_fees', 'shipping', 'customer_funds') OR credits >= debits)
);

CREATE UNIQUE INDEX ledger_accounts_currency ON ledger_accounts (id, currency);
CREATE INDEX ledger_accounts_vendor ON ledger_accounts (vendor_id, id);
CREATE INDEX ledger_accounts_tenant ON ledger_accounts (tenant_id, id);

-- Transfers, one for each business event, never changed and never deleted.
CREATE TABLE ledger_entries (
    id TEXT NOT NULL PRIMARY KEY,
    business_event TEXT NOT NULL,
    kind TEXT NOT NULL,
    payment_id TEXT,
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    posted_at TEXT NOT NULL
);

CREATE UNIQUE INDEX ledger_entries_business_event ON ledger_entries (business_event);
CREATE UNIQUE INDEX ledger_entries_currency ON ledger_entries (id, currency);
CREATE INDEX ledger_entries_payment ON ledger_entries (payment_id, kind);

-- A posting has both its sides, so that it cannot be out of balance, and one currency with its entry and its accounts.
CREATE TABLE postings (
    entry_id TEXT NOT NULL,
    number BIGINT NOT NULL CHECK (number > 0),
    debit_account TEXT NOT NULL,
    credit_account TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    PRIMARY KEY (entry_id, number),
    CONSTRAINT postings_two_accounts CHECK (debit_account <> credit_account),
    FOREIGN KEY (entry_id, currency) REFERENCES ledger_entries (id, currency),
    FOREIGN KEY (debit_account, currency) REFERENCES ledger_accounts (id, currency),
    FOREIGN KEY (credit_account, currency) REFERENCES ledger_accounts (id, currency)
);

CREATE TABLE payouts (
    id TEXT NOT NULL PRIMARY KEY,
    vendor_id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    created_at TEXT NOT NULL
);

CREATE INDEX payouts_tenant ON payouts (tenant_id, id);
