select id, name, scope, created_at, expires_at, last_used_at, revoked_at
from api_keys
where tenant_id = $1 and id > $2
order by id
limit $3
