select body from webhook_bodies where tenant_id = $1 and id = $2
