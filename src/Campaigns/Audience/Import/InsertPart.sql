insert into import_parts (tenant_id, import_id, part, content, kept_at) values ($1, $2::uuid, $3::int, $4::bytea, $5::timestamptz)
