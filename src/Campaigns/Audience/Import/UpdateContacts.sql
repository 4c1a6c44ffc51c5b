-- What the file leaves empty stays as it is.
with given as (
    select * from unnest($2::uuid[], $3::varchar[], $4::varchar[], $5::varchar[], $6::varchar[], $7::jsonb[], $8::bigint[])
        s(id, phone, first_name, last_name, time_zone, attributes, line)
), former as (
    insert into former_addresses (tenant_id, contact_id, until, email, phone)
    select c.tenant_id, c.id, $10::timestamptz, c.email, c.phone
    from given s
    join contacts c on c.tenant_id = $1 and c.id = s.id
    where c.phone <> s.phone
    on conflict (tenant_id, contact_id, until) do nothing
)
update contacts c
set phone = coalesce(s.phone, c.phone),
    first_name = coalesce(s.first_name, c.first_name),
    last_name = coalesce(s.last_name, c.last_name),
    time_zone = coalesce(s.time_zone, c.time_zone),
    attributes = c.attributes || s.attributes,
    import_id = $9::uuid,
    import_line = s.line,
    updated_at = $10::timestamptz
from given s
where c.tenant_id = $1 and c.id = s.id
