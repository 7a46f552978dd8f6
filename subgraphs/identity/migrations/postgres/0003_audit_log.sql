-- Who did what, when, by which operation. No personal data; ids only.
CREATE TABLE audit_entries (
    id TEXT COLLATE "C" PRIMARY KEY,
    tenant_id TEXT COLLATE "C",
    user_id TEXT COLLATE "C",
    actor TEXT,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    operation TEXT NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL
);

CREATE INDEX audit_entries_tenant_id ON audit_entries (tenant_id, id);
CREATE INDEX audit_entries_user_id ON audit_entries (user_id, id);

CREATE FUNCTION refuse_change_of_audit_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'entries of the audit log are never changed or deleted';
END
$$;

CREATE TRIGGER audit_entries_are_not_changed BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit_entries();
