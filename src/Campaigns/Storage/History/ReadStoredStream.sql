select seq_id, id, stream_id, version, data, type, timestamp, tenant_id, correlation_id, causation_id, user_name, headers
from mt_events
where tenant_id = $1 and stream_id = $2
order by version
