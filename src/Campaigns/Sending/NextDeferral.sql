select d.due, d.reason
from deferrals d
join recipients r on r.tenant_id = d.tenant_id and r.id = d.recipient_id and r.status = 'queued'
where d.tenant_id = $1 and d.campaign_id = $2
order by d.due
limit 1
