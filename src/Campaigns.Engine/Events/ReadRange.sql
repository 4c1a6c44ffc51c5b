select seq_id, id, stream_id, version, data, type, timestamp, tenant_id, correlation_id, causation_id, user_name, headers
from mt_events
where seq_id > $1 and seq_id <= $2 and type = any ($3)
order by seq_id
limit $4
