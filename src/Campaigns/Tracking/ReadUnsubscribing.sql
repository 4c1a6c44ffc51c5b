select r.campaign_id, r.status, r.unsubscribed_at is not null, case r.channel when 'sms' then c.phone else c.email end,
       s.reason, s.unsubscribe_group, r.channel
from recipients r
left join contacts c on c.tenant_id = r.tenant_id and c.id = r.contact_id
left join suppressions s on s.tenant_id = c.tenant_id and s.address = case r.channel when 'sms' then c.phone else c.email end
where r.tenant_id = $1 and r.id = $2
