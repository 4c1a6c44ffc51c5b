-- Where the messages of these recipients go now, or went when their contact was deleted.
select r.id, a.address
from recipients r
left join contacts c on c.tenant_id = r.tenant_id and c.id = r.contact_id
left join deleted_contacts d on d.tenant_id = r.tenant_id and d.id = r.contact_id
cross join lateral (select case r.channel when 'sms' then coalesce(c.phone, d.phone) else coalesce(c.email, d.email) end) a(address)
where r.tenant_id = $1 and r.id = any ($2) and a.address is not null
