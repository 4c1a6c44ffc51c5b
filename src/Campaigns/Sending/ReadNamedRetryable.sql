select r.id, s.version, r.status
from recipients r
join mt_streams s on s.tenant_id = r.tenant_id and s.id = r.id
where r.tenant_id = $1 and r.campaign_id = $2 and r.id = any ($3) and r.status in ('failed', 'inDoubt')
order by r.id
