-- Who has an address and who has a number: several may have the same one.
select email, id
from contacts
where tenant_id = $1 and email = any ($2::varchar[])
union all
select phone, id
from contacts
where tenant_id = $1 and phone = any ($3::varchar[])
