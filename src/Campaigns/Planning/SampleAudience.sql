-- Some of those who can be reached over a channel, from all over the audience: every nth by a hash, where there are more than are asked for. $4: only those
-- who have an offer.
select c.id, c.email, c.phone, c.first_name, c.last_name, c.time_zone, c.attributes
from audience a
cross join lateral (select case $2 when 'sms' then a.phone else a.email end) at(address)
left join suppressions s on s.tenant_id = $1 and s.address = at.address
join contacts c on c.tenant_id = $1 and c.id = a.contact_id
where not a.excepted and at.address is not null and s.address is null
  and (not $4::bool or exists (select from offers o where o.tenant_id = $1 and o.contact_id = a.contact_id))
  and hashtextextended(a.contact_id::text, 0) % (
        select greatest(1, ceil(count(*)::float8 / $3)::bigint)
        from audience m
        where not m.excepted and (not $4::bool or exists (select from offers o where o.tenant_id = $1 and o.contact_id = m.contact_id))
      ) = 0
order by c.id
limit $3
