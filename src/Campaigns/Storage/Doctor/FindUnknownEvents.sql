select type, count(*), min(seq_id)
from mt_events
where type <> all ($1)
group by type
order by type
