delete from offers o
using unnest($2::uuid[], $3::uuid[]) other(contact_id, id)
where o.tenant_id = $1 and o.contact_id = other.contact_id and o.id = other.id
