update webhook_bodies set processed_at = null where tenant_id = $1 and id = $2
