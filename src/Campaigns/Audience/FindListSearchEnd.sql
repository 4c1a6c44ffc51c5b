select contact_id from list_members where tenant_id = $1 and list_id = $4 and contact_id > $2 order by contact_id offset $3 limit 1
