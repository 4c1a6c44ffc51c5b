insert into api_keys (id, tenant_id, name, hash, created_at, scope, expires_at) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (hash) do nothing
