-- The versions of each stream are 1 to n without a gap, and n is the version in mt_streams.
select s.id, s.version, count(e.version) as events, min(e.version) as first, max(e.version) as last
from mt_streams s
left join mt_events e on e.tenant_id = s.tenant_id and e.stream_id = s.id
group by s.tenant_id, s.id, s.version
having count(e.version) <> s.version or count(distinct e.version) <> s.version or min(e.version) <> 1 or max(e.version) <> s.version
