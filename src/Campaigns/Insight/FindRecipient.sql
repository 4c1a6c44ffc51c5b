select r.id, r.contact_id, c.email, r.status, coalesce(r.category || ': ', '') || r.reason, r.batch, r.queued_at, r.sent_at, r.delivered_at, r.opened_at, r.clicked_at, r.bounced_at,
       r.complained_at, r.unsubscribed_at, r.timed_out_at, r.channel, c.phone, r.sender_id, r.campaign_id
from recipients r
left join contacts c on c.tenant_id = r.tenant_id and c.id = r.contact_id
where r.tenant_id = $1 and r.id = $2
