delete from offers where tenant_id = $1 and contact_id = $2
