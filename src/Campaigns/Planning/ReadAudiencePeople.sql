-- Who is in an audience, and whether they can be reached.
select a.contact_id, a.email, a.phone, c.first_name, c.last_name, a.excepted, a.removed, e.address is not null, p.address is not null
from audience a
left join contacts c on c.tenant_id = $1 and c.id = a.contact_id
left join suppressions e on e.tenant_id = $1 and e.address = a.email
left join suppressions p on p.tenant_id = $1 and p.address = a.phone
where a.contact_id > $2
  and ($4::text is null or position(lower($4) in lower(concat_ws(' ', a.email, a.phone, c.first_name, c.last_name))) > 0)
  and ($5::bool is null or $5 = (not a.excepted and ('email' = any ($6::varchar[]) and a.email is not null and e.address is null
                                                     or 'sms' = any ($6) and a.phone is not null and p.address is null)))
order by a.contact_id
limit $3
