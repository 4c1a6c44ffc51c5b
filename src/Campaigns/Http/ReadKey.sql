select fingerprint, status, content_type, location, body from idempotency_keys where tenant_id = $1 and key = $2
