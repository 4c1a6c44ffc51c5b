select id from lists where tenant_id = $1 and id = $2 for key share
