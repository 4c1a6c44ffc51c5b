select id, campaign_id, status, sender_id from recipients where tenant_id = $1 and id = any ($2)
