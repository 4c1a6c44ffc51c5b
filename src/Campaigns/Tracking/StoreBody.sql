insert into webhook_bodies (id, tenant_id, provider, target, received_at, body) values ($1, $2, $3, $4, $5, $6)
