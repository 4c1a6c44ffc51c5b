delete from import_parts where tenant_id = $1 and import_id = $2::uuid
