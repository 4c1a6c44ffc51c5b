-- What these messages are about stands in the first event of each.
select stream_id, data ->> 'offers'
from mt_events
where tenant_id = $1 and stream_id = any ($2::uuid[]) and version = 1
