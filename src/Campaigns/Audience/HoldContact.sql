select id from contacts where tenant_id = $1 and id = $2 and updated_at = $3 for update
