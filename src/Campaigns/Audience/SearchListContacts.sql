select c.id, c.email, c.phone, c.first_name, c.last_name, c.time_zone, c.attributes, c.created_at, c.updated_at
from list_members m
join contacts c on c.tenant_id = m.tenant_id and c.id = m.contact_id
where m.tenant_id = $1 and m.list_id = $7 and m.contact_id > $2 and ($3::uuid is null or m.contact_id <= $3)
  and (position(lower($4) in lower(concat_ws(' ', c.email, c.phone, c.first_name, c.last_name))) > 0 or position($6 in c.email) > 0)
order by m.contact_id
limit $5
