insert into erasures (id, tenant_id, streams, events, reason, by_user, at) values ($1, $2, $3, $4, $5, $6, $7)
