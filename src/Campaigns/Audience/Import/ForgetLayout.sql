delete from import_layouts where tenant_id = $1 and layout = $2::uuid
