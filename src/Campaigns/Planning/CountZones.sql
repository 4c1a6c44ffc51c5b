-- Where those in an audience live who can be reached over a channel.
select a.time_zone, count(*)
from audience a
cross join lateral (select case $2 when 'sms' then a.phone else a.email end) at(address)
left join suppressions s on s.tenant_id = $1 and s.address = at.address
where not a.excepted and at.address is not null and s.address is null
group by a.time_zone
order by count(*) desc, a.time_zone
