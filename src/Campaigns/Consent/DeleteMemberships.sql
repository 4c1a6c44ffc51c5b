delete from list_members where tenant_id = $1 and contact_id = $2
