select count(*)
from (select distinct contact_id from offers where tenant_id = $1 and import_id = $2) named
join offers o on o.tenant_id = $1 and o.contact_id = named.contact_id
where o.import_id is distinct from $2
