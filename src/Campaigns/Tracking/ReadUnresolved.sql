select r.id, s.version, r.status, r.channel, b.started_at,
       r.provider_message_id,
       a.email, c.first_name, c.last_name, c.time_zone, c.attributes, a.phone, r.sender_id
from recipients r
join batches b on b.tenant_id = r.tenant_id and b.campaign_id = r.campaign_id and b.number = r.batch
join mt_streams s on s.tenant_id = r.tenant_id and s.id = r.id
cross join lateral addresses_at(r.tenant_id, r.contact_id, b.started_at) a
left join contacts c on c.tenant_id = r.tenant_id and c.id = r.contact_id
where r.tenant_id = $1 and r.campaign_id = $2 and r.id between $3 and $4 and r.batch = $5
  and (r.status = 'inDoubt' or (r.channel = 'sms' and r.status = 'sent' and r.delivered_at is null and r.bounced_at is null))
order by r.id
