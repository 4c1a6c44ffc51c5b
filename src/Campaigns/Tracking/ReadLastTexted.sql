-- The last message that each of these numbers got, whoever has the number now.
select distinct on (a.phone) a.phone, r.id
from (
    select id from contacts where tenant_id = $1 and phone = any ($2)
    union
    select contact_id from former_addresses where tenant_id = $1 and phone = any ($2)
) c
join recipients r on r.tenant_id = $1 and r.contact_id = c.id and r.channel = 'sms' and r.status = 'sent'
left join batches b on b.tenant_id = r.tenant_id and b.campaign_id = r.campaign_id and b.number = r.batch
cross join lateral addresses_at(r.tenant_id, r.contact_id, b.started_at) a
where a.phone = any ($2)
order by a.phone, coalesce(r.sent_at, r.delivered_at, r.queued_at) desc, r.id desc
