-- Messages that do not go on by themselves; before $1 is long ago. The ids of messages (UUID version 7) begin with the time at which they were sent.
with incoming as (
    select m.message_type, m.status, m.execution_time, s.sent,
           exists (select from wolverine_nodes n where n.node_number = m.owner_id and n.health_check >= $1) as is_held
    from wolverine_incoming_envelopes m, lateral (select to_timestamp(('x' || left(replace(m.id::text, '-', ''), 12))::bit(48)::bigint / 1000.0) as sent) s
    where m.status <> 'Handled'
)
select format('%s dead messages %s, the oldest since %s', count(*), message_type, to_char(min(sent_at) at time zone 'utc', 'YYYY-MM-DD HH24:MI "UTC"')) as finding,
       coalesce((array_agg(exception_message order by sent_at))[1], 'no reason') as example
from wolverine_dead_letters
where not replayable
group by message_type
union all
select format('%s messages %s that were due long ago: does a node run?', count(*), message_type),
       'since ' || to_char(min(execution_time) at time zone 'utc', 'YYYY-MM-DD HH24:MI "UTC"')
from incoming
where status = 'Scheduled' and execution_time < $1
group by message_type
union all
select format('%s messages %s that no node works on: does one run?', count(*), message_type),
       'sent from ' || to_char(min(sent) at time zone 'utc', 'YYYY-MM-DD HH24:MI "UTC"')
from incoming
where status = 'Incoming' and not is_held and sent < $1
group by message_type
order by 1
