-- The last message that each of these numbers got.
select distinct on (c.phone) c.phone, r.id
from contacts c
join recipients r on r.tenant_id = c.tenant_id and r.contact_id = c.id and r.channel = 'sms' and r.status = 'sent'
where c.tenant_id = $1 and c.phone = any ($2)
order by c.phone, coalesce(r.sent_at, r.delivered_at, r.queued_at) desc, r.id desc
