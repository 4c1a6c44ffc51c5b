insert into list_members (tenant_id, list_id, contact_id)
select $1, $2::uuid, m.contact_id
from unnest($3::uuid[]) m(contact_id)
on conflict do nothing
