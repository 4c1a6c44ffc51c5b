-- What the file leaves empty stays as it is. $11: what both have is the file's; else it is the contact's.
with given as (
    select * from unnest($2::uuid[], $3::varchar[], $4::varchar[], $5::varchar[], $6::varchar[], $7::jsonb[], $8::bigint[])
        s(id, phone, first_name, last_name, time_zone, attributes, line)
), former as (
    insert into former_addresses (tenant_id, contact_id, until, email, phone)
    select c.tenant_id, c.id, $10::timestamptz, c.email, c.phone
    from given s
    join contacts c on c.tenant_id = $1 and c.id = s.id
    where $11::boolean and c.phone <> s.phone
    on conflict (tenant_id, contact_id, until) do nothing
)
update contacts c
set phone = case when $11 then coalesce(s.phone, c.phone) else coalesce(c.phone, s.phone) end,
    first_name = case when $11 then coalesce(s.first_name, c.first_name) else coalesce(c.first_name, s.first_name) end,
    last_name = case when $11 then coalesce(s.last_name, c.last_name) else coalesce(c.last_name, s.last_name) end,
    time_zone = case when $11 then coalesce(s.time_zone, c.time_zone) else coalesce(c.time_zone, s.time_zone) end,
    attributes = case when $11 then c.attributes || s.attributes else s.attributes || c.attributes end,
    import_id = $9::uuid,
    import_line = s.line,
    updated_at = $10::timestamptz
from given s
where c.tenant_id = $1 and c.id = s.id
