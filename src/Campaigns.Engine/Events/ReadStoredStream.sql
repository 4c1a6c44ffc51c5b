select seq_id, id, stream_id, version, type, data, timestamp, tenant_id, correlation_id, causation_id, user_name
from mt_events
where tenant_id = $1 and stream_id = $2
order by version
