select tenant_id, name from api_keys where hash = $1 and revoked_at is null
