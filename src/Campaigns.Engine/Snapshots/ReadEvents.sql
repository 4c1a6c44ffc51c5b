select e.seq_id, e.id, e.stream_id, e.version, e.data, e.type, e.timestamp, e.tenant_id, e.correlation_id, e.causation_id, e.user_name, e.headers
from unnest($1, $2) s(tenant_id, id)
join mt_events e on e.tenant_id = s.tenant_id and e.stream_id = s.id
order by e.tenant_id, e.stream_id, e.version
