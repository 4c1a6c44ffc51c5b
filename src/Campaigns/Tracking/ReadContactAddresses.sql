-- Where the messages of these recipients go now.
select r.id, case r.channel when 'sms' then c.phone else c.email end
from recipients r
join contacts c on c.tenant_id = r.tenant_id and c.id = r.contact_id
where r.tenant_id = $1 and r.id = any ($2) and case r.channel when 'sms' then c.phone else c.email end is not null
