-- What carries a header and is on no record: also what an attempt erased that broke off before it came to this.
insert into erasures (id, tenant_id, streams, events, reason, by_user, at)
select $1, $2, array_agg(distinct e.stream_id), count(*), $4, $5, $6
from mt_events e
where e.tenant_id = $2 and e.stream_id = any ($3) and e.headers ? 'erased'
  and not exists (
      select from erasures x
      where x.tenant_id = $2 and x.streams @> array[e.stream_id] and x.at >= (e.headers ->> 'erased')::timestamptz)
having count(*) > 0
