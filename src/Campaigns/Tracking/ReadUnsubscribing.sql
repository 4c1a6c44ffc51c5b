select r.campaign_id, r.status, r.unsubscribed_at is not null, c.email, s.reason
from recipients r
left join contacts c on c.tenant_id = r.tenant_id and c.id = r.contact_id
left join suppressions s on s.tenant_id = c.tenant_id and s.address = c.email
where r.tenant_id = $1 and r.id = $2
