select id, email, phone, first_name, last_name, time_zone, attributes, created_at, updated_at
from contacts
where tenant_id = $1 and id > $2 and ($3::uuid is null or id <= $3)
  and (position(lower($4) in lower(concat_ws(' ', email, phone, first_name, last_name))) > 0 or position($6 in email) > 0)
order by id
limit $5
