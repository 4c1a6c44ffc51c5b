-- Some of those who can be reached over a channel, from all over the list: every nth by a hash, where the list has more than are asked for.
select c.id, c.email, c.phone, c.first_name, c.last_name, c.time_zone, c.attributes
from list_members l
join contacts c on c.tenant_id = l.tenant_id and c.id = l.contact_id
cross join lateral (select case $3 when 'sms' then c.phone else c.email end) a(address)
left join suppressions s on s.tenant_id = l.tenant_id and s.address = a.address
where l.tenant_id = $1 and l.list_id = $2 and a.address is not null and s.address is null
  and hashtextextended(l.contact_id::text, 0) % (
      select greatest(1, ceil(count(*)::float8 / $4)::bigint) from list_members where tenant_id = $1 and list_id = $2
  ) = 0
order by c.id
limit $4
