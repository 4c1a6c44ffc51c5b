select id, status from recipients where tenant_id = $1 and campaign_id = $2 and id = any ($3)
