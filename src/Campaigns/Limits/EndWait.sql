delete from limit_waits where limit_key = any ($1) and campaign_id = $2
