-- The offers of those in an audience who are not left out, contact by contact, and over what these can be reached. Who has none comes once, without one.
select a.contact_id, o.id, o.reference, o.fields, c.email, c.phone, c.first_name, c.last_name, c.time_zone, c.attributes,
       a.email is not null and e.address is null, a.phone is not null and p.address is null
from audience a
join contacts c on c.tenant_id = $1 and c.id = a.contact_id
left join offers o on o.tenant_id = $1 and o.contact_id = a.contact_id
left join suppressions e on e.tenant_id = $1 and e.address = a.email
left join suppressions p on p.tenant_id = $1 and p.address = a.phone
where not a.excepted
order by a.contact_id
