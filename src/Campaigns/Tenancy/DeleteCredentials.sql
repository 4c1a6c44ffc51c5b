delete from provider_credentials where tenant_id = $1 and provider = $2
