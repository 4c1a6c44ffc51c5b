-- The async projection has applied every event exactly once.
select coalesce(a.position, e.seq_id) as position, a.times, e.stream_id
from (select position, account, type, count(*) as times from audit group by position, account, type) a
full join mt_events e on (e.seq_id, e.stream_id, e.type) = (a.position, a.account, a.type)
where a.times is distinct from 1 or e.seq_id is null
