-- Whose a variant is: a tenant's own ways of shipping are for its own goods. Null until the catalog tells of it again.
ALTER TABLE variants ADD COLUMN tenant_id TEXT COLLATE "C";
