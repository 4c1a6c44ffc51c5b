insert into idempotency_keys (tenant_id, key, fingerprint, created_at, location) values ($1, $2, $3, $4, $5)
