-- Tombstones, with which Marten fills the positions of a refused commit, say nothing that happened.
-- The filter is written so that no index serves it but that of the positions, in their order, and reading stops at the limit. The index of the
-- streams begins with the tenant: by it every page would read all events of the tenant and sort them.
select seq_id, id, stream_id, version, data, type, timestamp, tenant_id, correlation_id, causation_id, user_name, headers
from mt_events
where seq_id > $1 and seq_id <= $2 and coalesce(tenant_id = $3, true) and type <> 'tombstone'
order by seq_id
limit $4
