select id from mt_streams where tenant_id = $1 and id = any ($2) and type = $3 order by id for update
