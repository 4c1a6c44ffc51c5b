select queued, sending, sent, failed, in_doubt, bounced, skipped from campaign_progress where tenant_id = $1 and campaign_id = $2
