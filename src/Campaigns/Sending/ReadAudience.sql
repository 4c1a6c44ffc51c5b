select m.contact_id, s.address is not null as suppressed, c.id is null as deleted
from (
    select contact_id from list_members
    where tenant_id = $1 and list_id = $2 and contact_id > $3
    order by contact_id
    limit $4
) m
left join contacts c on c.tenant_id = $1 and c.id = m.contact_id
left join suppressions s on s.tenant_id = $1 and s.address = c.email
order by m.contact_id
