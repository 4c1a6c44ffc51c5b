select count(*), count(*) filter (where a.email is not null and e.address is null), count(*) filter (where a.phone is not null and p.address is null)
from audience a
left join suppressions e on e.tenant_id = $1 and e.address = a.email
left join suppressions p on p.tenant_id = $1 and p.address = a.phone
