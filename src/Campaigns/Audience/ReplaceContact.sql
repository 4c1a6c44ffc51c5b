with former as (
    insert into former_addresses (tenant_id, contact_id, until, email, phone)
    select tenant_id, id, $9::timestamptz, email, phone
    from contacts
    where tenant_id = $1 and id = $2 and (email is distinct from $3 or phone is distinct from $4)
)
update contacts
set email = $3, phone = $4, first_name = $5, last_name = $6, time_zone = $7, attributes = $8::jsonb, updated_at = $9
where tenant_id = $1 and id = $2
