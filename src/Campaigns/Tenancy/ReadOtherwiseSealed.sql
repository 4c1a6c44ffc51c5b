select tenant_id, provider, id, key_id, sealed from provider_credentials where key_id <> $1
