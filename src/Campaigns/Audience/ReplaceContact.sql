update contacts
set email = $3, first_name = $4, last_name = $5, time_zone = $6, attributes = $7::jsonb, updated_at = $8
where tenant_id = $1 and id = $2
