select c.id, c.email, c.phone, c.first_name, c.last_name, c.time_zone, c.attributes, c.created_at, c.updated_at
from audience a
join contacts c on c.tenant_id = $1 and c.id = a.contact_id
where a.contact_id > $2
order by c.id
limit $3
