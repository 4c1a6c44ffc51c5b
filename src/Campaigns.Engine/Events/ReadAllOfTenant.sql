select seq_id, id, stream_id, version, data, type, timestamp, tenant_id, correlation_id, causation_id, user_name
from mt_events
where seq_id > $1 and tenant_id = $2
order by seq_id
limit $3
