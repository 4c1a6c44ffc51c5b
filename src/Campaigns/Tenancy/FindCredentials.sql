select id, key_id, sealed, superseded_at is null
from provider_credentials
where tenant_id = $1 and provider = $2 and (superseded_at is null or superseded_at > $3)
order by superseded_at desc nulls first
