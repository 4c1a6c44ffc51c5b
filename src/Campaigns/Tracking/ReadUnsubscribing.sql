-- A row for each address that is concerned: where the message went, and where the contact is written to now.
select r.campaign_id, r.status, r.unsubscribed_at is not null, r.channel, a.address, s.reason, s.unsubscribe_group
from recipients r
left join contacts c on c.tenant_id = r.tenant_id and c.id = r.contact_id
left join batches b on b.tenant_id = r.tenant_id and b.campaign_id = r.campaign_id and b.number = r.batch
cross join lateral addresses_at(r.tenant_id, r.contact_id, b.started_at) w
left join lateral (
    select address from (values (case r.channel when 'sms' then w.phone else w.email end)) went_to(address) where address is not null
    union
    select address from (values (case r.channel when 'sms' then c.phone else c.email end)) present(address) where address is not null
) a on true
left join suppressions s on s.tenant_id = r.tenant_id and s.address = a.address
where r.tenant_id = $1 and r.id = $2
