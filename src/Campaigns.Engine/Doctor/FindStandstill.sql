select format('%s dead messages %s, the oldest since %s', count(*), kind, to_char(min(dead_at) at time zone 'utc', 'YYYY-MM-DD HH24:MI "UTC"')) as finding,
       coalesce((array_agg(last_error order by dead_at))[1], 'no reason') as example
from messages
where dead_at is not null
group by kind
union all
select format('%s messages %s whose claims ended long ago: does a node run?', count(*), kind),
       'since ' || to_char(min(claimed_until) at time zone 'utc', 'YYYY-MM-DD HH24:MI "UTC"')
from messages
where dead_at is null and claimed_until < $2
group by kind
union all
select format('%s messages %s, which nobody handles', count(*), kind), 'due from ' || to_char(min(due) at time zone 'utc', 'YYYY-MM-DD HH24:MI "UTC"')
from messages
where dead_at is null and handled_at is null and kind <> all ($1)
group by kind
union all
select format('The projection %s has stopped at %s', name, position), error
from stopped_projections
union all
select format('The projection %s has skipped %s events', projection, count(*)), format('%s: %s', min(position), (array_agg(error order by position))[1])
from skipped_events
group by projection
order by 1
