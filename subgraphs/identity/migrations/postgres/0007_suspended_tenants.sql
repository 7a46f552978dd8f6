-- Since when the platform's operators keep everybody from acting in the tenant.
ALTER TABLE tenants ADD COLUMN suspended_at TIMESTAMPTZ;

-- Why, where somebody had to say so.
ALTER TABLE audit_entries ADD COLUMN detail TEXT;
