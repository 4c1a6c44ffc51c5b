select r.id, r.contact_id, a.email, r.status, coalesce(r.category || ': ', '') || r.reason, r.batch, r.queued_at, r.sent_at, r.delivered_at, r.opened_at, r.clicked_at, r.bounced_at,
       r.complained_at, r.unsubscribed_at, r.timed_out_at, r.channel, a.phone, r.sender_id, r.campaign_id
from recipients r
left join batches b on b.tenant_id = r.tenant_id and b.campaign_id = r.campaign_id and b.number = r.batch
cross join lateral addresses_at(r.tenant_id, r.contact_id, b.started_at) a
where r.tenant_id = $1 and r.id = $2
