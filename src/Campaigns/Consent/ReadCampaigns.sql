select campaign_id from campaign_progress where tenant_id = $1
