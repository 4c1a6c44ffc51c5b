delete from list_members where tenant_id = $1 and list_id = $2 and contact_id = any ($3::uuid[])
