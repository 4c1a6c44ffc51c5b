-- Who has no address is known by the number, among those who have none: others may share one.
select email, id, case when import_id = $3::uuid then import_line end
from contacts
where tenant_id = $1 and email = any ($2::varchar[])
union all
select phone, id, case when import_id = $3::uuid then import_line end
from contacts
where tenant_id = $1 and email is null and phone = any ($4::varchar[])
