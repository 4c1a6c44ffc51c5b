delete from suppressions s
using unnest($1, $2) r(tenant_id, address)
where s.tenant_id = r.tenant_id and s.address = r.address
