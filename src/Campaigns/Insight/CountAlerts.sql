select count(*) from alerts where tenant_id = $1 and resolved_at is null
