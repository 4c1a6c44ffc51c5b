insert into import_layouts (tenant_id, layout, map, kept_at) values ($1, $2::uuid, $3::jsonb, $4::timestamptz)
on conflict (tenant_id, layout) do update set map = excluded.map, kept_at = excluded.kept_at
