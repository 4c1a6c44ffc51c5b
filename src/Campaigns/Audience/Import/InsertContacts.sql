-- Without "on conflict" on purpose: an address that somebody else inserted meanwhile makes the commit fail, and it is decided again.
insert into contacts (tenant_id, id, email, phone, first_name, last_name, time_zone, attributes, import_id, import_line, created_at, updated_at)
select $1, c.id, c.email, c.phone, c.first_name, c.last_name, c.time_zone, c.attributes, $10::uuid, c.line, $11::timestamptz, $11::timestamptz
from unnest($2::uuid[], $3::varchar[], $4::varchar[], $5::varchar[], $6::varchar[], $7::varchar[], $8::jsonb[], $9::bigint[])
     c(id, email, phone, first_name, last_name, time_zone, attributes, line)
