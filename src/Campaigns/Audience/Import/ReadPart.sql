select substring(content from $4::int + 1 for $5::int) from import_parts where tenant_id = $1 and import_id = $2::uuid and part = $3::int
