select r.id, r.contact_id, a.email, r.status, coalesce(r.category || ': ', '') || r.reason, r.batch, r.queued_at, r.sent_at, r.delivered_at, r.opened_at, r.clicked_at, r.bounced_at,
       r.complained_at, r.unsubscribed_at, r.timed_out_at, r.channel, a.phone, r.sender_id, r.campaign_id,
       c.id is null as deleted, now.address is not null as has_address, s.address is not null as suppressed
from recipients r
left join contacts c on c.tenant_id = r.tenant_id and c.id = r.contact_id
cross join lateral (select case r.channel when 'sms' then c.phone else c.email end) now(address)
left join suppressions s on s.tenant_id = r.tenant_id and s.address = now.address
left join batches b on b.tenant_id = r.tenant_id and b.campaign_id = r.campaign_id and b.number = r.batch
cross join lateral addresses_at(r.tenant_id, r.contact_id, b.started_at) a
where r.tenant_id = $1 and r.id = $2
