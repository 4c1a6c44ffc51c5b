update webhook_bodies set repeats = repeats + 1 where tenant_id = $1 and hash = $2 returning id
