delete from offers o
using (select distinct contact_id from offers where tenant_id = $1 and import_id = $2::uuid) named
where o.tenant_id = $1 and o.contact_id = named.contact_id and o.import_id is distinct from $2::uuid
