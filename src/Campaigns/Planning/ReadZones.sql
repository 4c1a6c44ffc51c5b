select distinct coalesce(c.time_zone, '')
from audience($1, $2, $3, $4, $5, $6, $7, '00000000-0000-0000-0000-000000000000', null) a
join contacts c on c.tenant_id = $1 and c.id = a.contact_id
