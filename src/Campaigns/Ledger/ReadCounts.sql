select queued, sending, sent, failed, in_doubt from campaign_progress where tenant_id = $1 and campaign_id = $2
