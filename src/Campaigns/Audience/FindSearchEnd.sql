select id from contacts where tenant_id = $1 and id > $2 order by id offset $3 limit 1
