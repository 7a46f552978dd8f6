-- Accounts. Their sums are kept with each posting; the checks are the limits of what may never be overdrawn.
CREATE TABLE ledger_accounts (
    id TEXT COLLATE "C" PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    vendor_id TEXT COLLATE "C",
    tenant_id TEXT COLLATE "C",
    currency TEXT COLLATE "C" NOT NULL,
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
    id TEXT COLLATE "C" PRIMARY KEY,
    business_event TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    payment_id TEXT COLLATE "C",
    currency TEXT COLLATE "C" NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    posted_at TIMESTAMPTZ NOT NULL
);

CREATE UNIQUE INDEX ledger_entries_business_event ON ledger_entries (business_event);
CREATE UNIQUE INDEX ledger_entries_currency ON ledger_entries (id, currency);
CREATE INDEX ledger_entries_payment ON ledger_entries (payment_id, kind);

-- A posting has both its sides, so that it cannot be out of balance, and one currency with its entry and its accounts.
CREATE TABLE postings (
    entry_id TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL CHECK (number > 0),
    debit_account TEXT COLLATE "C" NOT NULL,
    credit_account TEXT COLLATE "C" NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (entry_id, number),
    CONSTRAINT postings_two_accounts CHECK (debit_account <> credit_account),
    FOREIGN KEY (entry_id, currency) REFERENCES ledger_entries (id, currency),
    FOREIGN KEY (debit_account, currency) REFERENCES ledger_accounts (id, currency),
    FOREIGN KEY (credit_account, currency) REFERENCES ledger_accounts (id, currency)
);

CREATE TABLE payouts (
    id TEXT COLLATE "C" PRIMARY KEY,
    vendor_id TEXT COLLATE "C" NOT NULL,
    tenant_id TEXT COLLATE "C" NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE INDEX payouts_tenant ON payouts (tenant_id, id);
