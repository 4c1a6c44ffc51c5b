select r.id, s.version
from recipients r
join mt_streams s on s.tenant_id = r.tenant_id and s.id = r.id
where r.tenant_id = $1 and r.campaign_id = $2 and r.id between $3 and $4 and r.batch = $5 and r.status = 'inDoubt'
order by r.id
