select 1 from contacts where tenant_id = $1 and id = $2 for key share
