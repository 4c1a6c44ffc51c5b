select distinct campaign_id from recipients where tenant_id = $1 and id = any ($2)
