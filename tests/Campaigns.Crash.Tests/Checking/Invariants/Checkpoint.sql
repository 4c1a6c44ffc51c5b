-- The checkpoint of the async projection is at the last position; it was not stopped, and has skipped nothing.
select name, last_seq_id, (select max(seq_id) from mt_events) as last, (select error from stopped_projections limit 1) as stopped
from (values ('audit:All')) expected (name)
left join mt_event_progression p using (name)
where last_seq_id is distinct from (select max(seq_id) from mt_events)
    or exists (select from stopped_projections) or exists (select from skipped_events)
