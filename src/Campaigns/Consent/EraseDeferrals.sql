update deferrals d
set reason = 'erased', limit_key = null
from recipients r
where r.tenant_id = $1 and r.id = any ($2) and d.tenant_id = r.tenant_id and d.campaign_id = r.campaign_id and d.due = r.not_before and d.recipient_id = r.id
