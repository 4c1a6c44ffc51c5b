update provider_credentials set superseded_at = $3 where tenant_id = $1 and provider = $2 and superseded_at is null
