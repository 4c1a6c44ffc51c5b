select p.last_seq_id, s.error
from mt_event_progression p
left join stopped_projections s on s.name = $2
where p.name = $1
