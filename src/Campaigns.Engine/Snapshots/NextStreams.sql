select tenant_id, id from mt_streams
where type = $1 and (tenant_id, id) > ($2, $3)
order by tenant_id, id
limit $4
