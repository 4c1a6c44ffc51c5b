-- Every event acknowledged to a client is there.
select a.id
from acknowledged a
where a.what = 'event' and not exists (select from mt_events e where e.data ->> 'operation' = a.id::text)
