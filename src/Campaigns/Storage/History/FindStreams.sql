select tenant_id, type, coalesce(version, 0) from mt_streams
where id = $1 and ($2::varchar is null or tenant_id = $2)
order by tenant_id
