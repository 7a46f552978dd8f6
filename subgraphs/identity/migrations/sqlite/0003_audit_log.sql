-- Who did what, when, by which operation. No personal data; ids only.
CREATE TABLE audit_entries (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT,
    user_id TEXT,
    actor TEXT,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    operation TEXT NOT NULL,
    recorded_at TEXT NOT NULL
);

CREATE INDEX audit_entries_tenant_id ON audit_entries (tenant_id, id);
CREATE INDEX audit_entries_user_id ON audit_entries (user_id, id);

CREATE TRIGGER audit_entries_are_not_changed BEFORE UPDATE ON audit_entries
BEGIN
    SELECT RAISE(ABORT, 'entries of the audit log are never changed');
END;

CREATE TRIGGER audit_entries_are_not_deleted BEFORE DELETE ON audit_entries
BEGIN
    SELECT RAISE(ABORT, 'entries of the audit log are never deleted');
END;
