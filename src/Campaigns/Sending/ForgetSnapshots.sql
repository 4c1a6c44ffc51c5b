delete from audience_snapshots where tenant_id = $1 and campaign_id = $2
