-- Only by who still owns the projection: its checkpoint is where he left it.
insert into stopped_projections (name, position, error, stopped_at)
select $1, $2, $3, $4
from mt_event_progression
where name = $5 and last_seq_id = $6
on conflict (name) do update set position = excluded.position, error = excluded.error, stopped_at = excluded.stopped_at
