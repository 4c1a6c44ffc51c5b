select id, contact_id, reference, fields, created_at, updated_at
from offers
where tenant_id = $1 and contact_id = $2
order by reference, id
