update alerts set resolved_at = $3 where tenant_id = $1 and (campaign_id = $2 or sender_id = $2) and resolved_at is null
