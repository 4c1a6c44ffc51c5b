select id from lists where tenant_id = $1 and lower(name) = lower($2)
