select c.id, exists (select from list_members m where m.tenant_id = $1 and m.list_id = $2 and m.contact_id = c.id)
from contacts c
where c.tenant_id = $1 and c.id = any ($3::uuid[])
