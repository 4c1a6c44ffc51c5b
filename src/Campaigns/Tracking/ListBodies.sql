select id, provider, received_at, length(body), processed_at, recorded, duplicates, unmatched, malformed, repeats, late
from webhook_bodies
where tenant_id = $1 and ($2::uuid is null or id < $2) and ($4::boolean is null or late = $4)
order by id desc
limit $3
