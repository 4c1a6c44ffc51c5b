select r.campaign_id, r.status, r.unsubscribed_at is not null, a.address, s.reason, s.unsubscribe_group, r.channel
from recipients r
left join contacts c on c.tenant_id = r.tenant_id and c.id = r.contact_id
left join deleted_contacts d on d.tenant_id = r.tenant_id and d.id = r.contact_id
cross join lateral (select case r.channel when 'sms' then coalesce(c.phone, d.phone) else coalesce(c.email, d.email) end) a(address)
left join suppressions s on s.tenant_id = r.tenant_id and s.address = a.address
where r.tenant_id = $1 and r.id = $2
