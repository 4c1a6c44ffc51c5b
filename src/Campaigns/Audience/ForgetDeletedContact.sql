delete from deleted_contacts where tenant_id = $1 and id = $2
