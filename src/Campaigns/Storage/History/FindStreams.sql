select tenant_id, type, coalesce(version, 0) from mt_streams
-- Marten puts tombstones in a stream of their own, which has no type and no version: it is nobody's.
where id = $1 and (type is not null or version > 0) and ($2::varchar is null or tenant_id = $2)
order by tenant_id
