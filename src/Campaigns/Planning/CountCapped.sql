-- Of those who can be reached over a channel, those who have had as many messages as the organisation's frequency cap allows.
select count(*)
from list_members l
join contacts c on c.tenant_id = l.tenant_id and c.id = l.contact_id
cross join lateral (select case $3 when 'sms' then c.phone else c.email end) a(address)
left join suppressions s on s.tenant_id = l.tenant_id and s.address = a.address
where l.tenant_id = $1 and l.list_id = $2 and a.address is not null and s.address is null
  and (
      select coalesce(sum(p.count), 0) from permits p
      where p.limit_key = 'contact:' || $1 || ':' || replace(c.id::text, '-', '') and p.frees_at > $5
  ) >= $4
