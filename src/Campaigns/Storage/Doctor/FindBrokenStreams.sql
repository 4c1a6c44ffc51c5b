-- When a commit fails that has drawn positions, Marten fills them with tombstones: versions of these count nothing.
with events as (
    select tenant_id, stream_id, count(*) as events, min(version) as lowest, max(version) as highest,
           count(*) filter (where is_archived) as archived
    from mt_events
    where type <> 'tombstone'
    group by tenant_id, stream_id
),
broken as (
    select coalesce(s.tenant_id, e.tenant_id) as tenant_id, coalesce(s.id, e.stream_id) as id, s.version, e.events, e.highest,
           case
               when s.id is null then 'events without a stream'
               when coalesce(e.events, 0) <> coalesce(s.version, 0) or e.highest <> e.events or e.lowest <> 1
                   then 'the version is not the number of events, or versions are missing'
               when e.archived not in (0, e.events) or coalesce(s.is_archived, false) <> (e.archived > 0)
                   then 'the archived flags of the stream and its events differ'
           end as fault
    from mt_streams s
    full join events e on e.tenant_id = s.tenant_id and e.stream_id = s.id
),
numbered as (
    select *, row_number() over (partition by fault order by tenant_id, id) as place
    from broken
    where fault is not null
)
select fault, count(*),
       array_agg(format('%s %s: version %s, %s events, the highest is %s', tenant_id, id, coalesce(version, 0), coalesce(events, 0), coalesce(highest, 0)) order by place)
           filter (where place <= 5)
from numbered
group by fault
order by fault
