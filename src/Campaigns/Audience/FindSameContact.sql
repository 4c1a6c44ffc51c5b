-- Who is the same person: by the address, and without one by the number of those who have none either.
select id, email, phone, first_name, last_name, time_zone, attributes, created_at, updated_at
from contacts
where tenant_id = $1 and (email = $2 or ($2::varchar is null and email is null and phone = $3))
