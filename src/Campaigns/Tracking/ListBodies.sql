select id, provider, received_at, length(body), processed_at, recorded, duplicates, unmatched, malformed
from webhook_bodies
where tenant_id = $1 and ($2::uuid is null or id < $2)
order by id desc
limit $3
