select o.contact_id, o.id, o.reference, o.fields, c.email, c.phone, c.first_name, c.last_name, c.time_zone, c.attributes
from offers o
join contacts c on c.tenant_id = $1 and c.id = o.contact_id
where o.tenant_id = $1 and o.contact_id = any ($2::uuid[])
order by o.contact_id, o.reference, o.id
