select id from recipients
where tenant_id = $1 and campaign_id = $2 and id between $3 and $4 and status = 'queued'
order by id
limit $5
