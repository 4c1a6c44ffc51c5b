select 'messages that wait' as what, count(*) as count, max(last_error) as error
from messages
where dead_at is null and handled_at is null and queue <> 'housekeeping'
having count(*) > 0
union all
select 'events behind the checkpoint', count(*), (select error from stopped_projections limit 1)
from mt_events
where seq_id > coalesce((select last_seq_id from mt_event_progression where name = 'audit:All'), 0)
having count(*) > 0
