insert into lists (tenant_id, id, name, created_at) values ($1, $2, $3, $4)
