select user_name, correlation_id from mt_events where tenant_id = $1 and stream_id = $2 and type = 'campaign_retried'
