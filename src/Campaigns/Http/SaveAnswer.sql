update idempotency_keys set status = $3, content_type = $4, location = $5, body = $6
where tenant_id = $1 and key = $2 and status is null
