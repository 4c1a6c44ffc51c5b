delete from unreachable u
using unnest($1, $2, $3) e(tenant_id, id, until)
where u.tenant_id = e.tenant_id and u.id = e.id and u.at <= e.until
