select id, type from mt_streams where tenant_id = $1 and id = any ($2) order by id for update
