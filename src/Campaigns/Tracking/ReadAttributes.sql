select c.attributes
from recipients r
join contacts c on c.tenant_id = r.tenant_id and c.id = r.contact_id
where r.tenant_id = $1 and r.id = $2
