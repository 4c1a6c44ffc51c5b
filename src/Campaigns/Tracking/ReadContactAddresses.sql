-- Where the messages of these recipients went, and where their contacts are written to now.
select r.id, case r.channel when 'sms' then a.phone else a.email end, case r.channel when 'sms' then c.phone else c.email end
from recipients r
left join batches b on b.tenant_id = r.tenant_id and b.campaign_id = r.campaign_id and b.number = r.batch
cross join lateral addresses_at(r.tenant_id, r.contact_id, b.started_at) a
left join contacts c on c.tenant_id = r.tenant_id and c.id = r.contact_id
where r.tenant_id = $1 and r.id = any ($2)
