select m.contact_id, c.id is null as deleted, c.email is not null as has_email, e.address is not null as email_suppressed,
       c.phone is not null as has_phone, p.address is not null as phone_suppressed
from (
    select contact_id from list_members
    where tenant_id = $1 and list_id = $2 and contact_id > $3
    order by contact_id
    limit $4
) m
left join contacts c on c.tenant_id = $1 and c.id = m.contact_id
left join suppressions e on e.tenant_id = $1 and e.address = c.email
left join suppressions p on p.tenant_id = $1 and p.address = c.phone
order by m.contact_id
