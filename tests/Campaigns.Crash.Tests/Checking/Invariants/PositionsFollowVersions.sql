-- Within a stream positions follow the versions.
select stream_id, version, seq_id
from (select *, lag(seq_id) over (partition by stream_id order by version) as before from mt_events) e
where seq_id <= before
