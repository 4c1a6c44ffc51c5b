-- Where those in an audience live who can be reached over a channel.
select c.time_zone, count(*)
from audience($1, $2, $3, $4, $5, $6, $7, '00000000-0000-0000-0000-000000000000', null) a
join contacts c on c.tenant_id = $1 and c.id = a.contact_id
cross join lateral (select case $8 when 'sms' then c.phone else c.email end) at(address)
left join suppressions s on s.tenant_id = $1 and s.address = at.address
where not a.excepted and at.address is not null and s.address is null
group by c.time_zone
order by count(*) desc, c.time_zone
