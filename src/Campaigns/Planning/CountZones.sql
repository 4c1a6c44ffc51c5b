-- Where those on a list live who can be reached over a channel.
select c.time_zone, count(*)
from list_members l
join contacts c on c.tenant_id = l.tenant_id and c.id = l.contact_id
cross join lateral (select case $3 when 'sms' then c.phone else c.email end) a(address)
left join suppressions s on s.tenant_id = l.tenant_id and s.address = a.address
where l.tenant_id = $1 and l.list_id = $2 and a.address is not null and s.address is null
group by c.time_zone
order by count(*) desc, c.time_zone
