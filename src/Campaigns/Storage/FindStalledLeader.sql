select l.pid
from pg_locks l
where l.locktype = 'advisory' and l.granted and l.objsubid = 1 and (l.classid::bigint << 32 | l.objid::bigint) = $1
  and l.database = (select oid from pg_database where datname = current_database())
  and not exists (
      select from wolverine_node_assignments a
      join wolverine_nodes n on n.id = a.node_id
      where a.id = 'wolverine://leader/' and n.health_check >= now() - $2::interval)
