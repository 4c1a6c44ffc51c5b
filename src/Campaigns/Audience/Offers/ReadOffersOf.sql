select contact_id, id, fields, import_id
from offers
where tenant_id = $1 and contact_id = any ($2::uuid[])
