update contacts
set email = $3, phone = $4, first_name = $5, last_name = $6, time_zone = $7, attributes = $8::jsonb, updated_at = $9
where tenant_id = $1 and id = $2
