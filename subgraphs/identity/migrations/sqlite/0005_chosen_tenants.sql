-- When the user last chose to act in the tenant: by founding it, or by switching to it. Who was only made a member has not.
ALTER TABLE memberships ADD COLUMN chosen_at TEXT;

UPDATE memberships SET chosen_at = created_at
WHERE EXISTS (SELECT 1 FROM tenants WHERE tenants.id = memberships.tenant_id AND tenants.created_by = memberships.user_id);
