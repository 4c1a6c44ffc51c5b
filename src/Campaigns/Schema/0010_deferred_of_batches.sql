-- Recipients of the batch whose attempt failed for a reason that passes: queued again, to be tried at a time of their own.
alter table batches add column deferred int;

-- As a replay of their events would have it.
update batches b
set deferred = coalesce((e.data ->> 'deferred')::int, 0)
from mt_events e
where e.tenant_id = b.tenant_id and e.stream_id = b.campaign_id and e.type = 'batch_completed' and (e.data ->> 'number')::int = b.number;
