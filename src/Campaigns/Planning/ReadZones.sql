select distinct coalesce(c.time_zone, '')
from list_members l
join contacts c on c.tenant_id = l.tenant_id and c.id = l.contact_id
where l.tenant_id = $1 and l.list_id = $2
