-- No event is without its stream.
select e.seq_id, e.stream_id
from mt_events e
where not exists (select from mt_streams s where s.tenant_id = e.tenant_id and s.id = e.stream_id)
