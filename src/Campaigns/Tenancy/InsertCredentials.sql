insert into provider_credentials (tenant_id, provider, id, key_id, sealed) values ($1, $2, $3, $4, $5)
