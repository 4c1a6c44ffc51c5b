-- Some of those who can be reached over a channel, from all over the audience: every nth by a hash, where there are more than are asked for.
with a as materialized (
    select contact_id from audience($1, $2, $3, $4, $5, $6, $7, '00000000-0000-0000-0000-000000000000', null) where not excepted
)
select c.id, c.email, c.phone, c.first_name, c.last_name, c.time_zone, c.attributes
from a
join contacts c on c.tenant_id = $1 and c.id = a.contact_id
cross join lateral (select case $8 when 'sms' then c.phone else c.email end) at(address)
left join suppressions s on s.tenant_id = $1 and s.address = at.address
where at.address is not null and s.address is null
  and hashtextextended(a.contact_id::text, 0) % (select greatest(1, ceil(count(*)::float8 / $9)::bigint) from a) = 0
order by c.id
limit $9
