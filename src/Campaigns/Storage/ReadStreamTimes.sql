select s.id, f.timestamp, l.timestamp
from mt_streams s
join mt_events f on f.tenant_id = s.tenant_id and f.stream_id = s.id and f.version = 1
join mt_events l on l.tenant_id = s.tenant_id and l.stream_id = s.id and l.version = s.version
where s.tenant_id = $1 and s.id = any ($2::uuid[])
