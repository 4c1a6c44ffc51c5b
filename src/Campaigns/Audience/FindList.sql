select l.id, l.name, l.created_at,
       (select count(*) from list_members m where m.tenant_id = l.tenant_id and m.list_id = l.id)
from lists l
where l.tenant_id = $1 and l.id = $2
