select count(*)::int from audience_snapshots where tenant_id = $1 and campaign_id = $2 and snapshot = $3
