insert into contacts (tenant_id, id, email, phone, first_name, last_name, time_zone, attributes, created_at, updated_at)
values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $9)
