select email, id, case when import_id = $3::uuid then import_line end
from contacts
where tenant_id = $1 and email = any ($2::varchar[])
