-- The versions of a stream are 1, 2, 3 ... to the version that the stream says it has. Tombstones mark positions that a failed commit had drawn; each
-- process has a stream for them, of version 0.
select coalesce(s.id, e.stream_id)::text,
       format('version %s, %s events from version %s to %s', coalesce(s.version, 0), coalesce(e.events, 0), coalesce(e.lowest, 0), coalesce(e.highest, 0))
from mt_streams s
full join (
    select tenant_id, stream_id, count(*) as events, min(version) as lowest, max(version) as highest
    from mt_events
    where type <> 'tombstone'
    group by tenant_id, stream_id
) e on e.tenant_id = s.tenant_id and e.stream_id = s.id
where coalesce(s.version, 0) <> coalesce(e.events, 0) or e.lowest <> 1 or e.highest <> e.events
