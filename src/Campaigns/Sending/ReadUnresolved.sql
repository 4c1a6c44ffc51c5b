select r.id, s.version, c.email, b.started_at
from recipients r
join batches b on b.tenant_id = r.tenant_id and b.campaign_id = r.campaign_id and b.number = r.batch
join mt_streams s on s.tenant_id = r.tenant_id and s.id = r.id
left join contacts c on c.tenant_id = r.tenant_id and c.id = r.contact_id
where r.tenant_id = $1 and r.campaign_id = $2 and r.id between $3 and $4 and r.batch = $5 and r.status = 'inDoubt'
order by r.id
