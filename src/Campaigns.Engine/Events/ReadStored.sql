select seq_id, id, stream_id, version, type, data, timestamp, tenant_id, correlation_id, causation_id, user_name, headers
from mt_events
where seq_id > $1 and ($2::varchar is null or tenant_id = $2)
order by seq_id
limit $3
