select distinct type from mt_streams where tenant_id = $1 and id = any ($2) and type = any ($3)
