select sent, bounced, complained from campaign_progress where tenant_id = $1 and campaign_id = $2
