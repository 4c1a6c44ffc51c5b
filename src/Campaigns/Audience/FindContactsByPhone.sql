select id, email, phone, first_name, last_name, time_zone, attributes, created_at, updated_at
from contacts
where tenant_id = $1 and phone = $2 and id > $3
order by id
limit $4
