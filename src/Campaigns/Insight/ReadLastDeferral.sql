select max(due) from deferrals where tenant_id = $1 and campaign_id = $2
