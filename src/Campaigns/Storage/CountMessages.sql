-- What waits in the queues, by kind, and what is dead. Of each no more than $2 are counted. The ids of messages (UUID version 7) begin with the time at which they were sent.
select 'scheduled' as state, message_type, count(*), null::timestamptz as waiting_since
from (select message_type from wolverine_incoming_envelopes where status = 'Scheduled' and execution_time > $1 limit $2) scheduled
group by message_type
union all
select 'waiting', message_type, count(*), min(since)
from (
    select message_type, greatest(execution_time, to_timestamp(('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint / 1000.0)) as since
    from wolverine_incoming_envelopes
    where status = 'Incoming' or (status = 'Scheduled' and execution_time <= $1)
    limit $2
) waiting
group by message_type
union all
select 'dead', message_type, count(*), null
from (select message_type from wolverine_dead_letters where not replayable and archived_at is null limit $2) dead
group by message_type
