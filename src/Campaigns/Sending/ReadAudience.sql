select a.contact_id, a.excepted, c.id is null as deleted, c.email is not null as has_email, e.address is not null as email_suppressed,
       c.phone is not null as has_phone, p.address is not null as phone_suppressed
from audience_snapshots s
cross join lateral unnest(s.contacts, s.excepted) a(contact_id, excepted)
left join contacts c on c.tenant_id = $1 and c.id = a.contact_id
left join suppressions e on e.tenant_id = $1 and e.address = c.email
left join suppressions p on p.tenant_id = $1 and p.address = c.phone
where s.tenant_id = $1 and s.campaign_id = $2 and s.snapshot = $3 and s.part = $4
