-- Every event acknowledged to a client is there.
select a.id
from acknowledged a
where a.what = 'event' and a.id not in (select (data ->> 'operation')::uuid from mt_events where data ? 'operation')
