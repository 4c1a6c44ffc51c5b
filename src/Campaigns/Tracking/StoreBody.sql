insert into webhook_bodies (id, tenant_id, provider, target, received_at, body, hash, late) values ($1, $2, $3, $4, $5, $6, $7, $8)
