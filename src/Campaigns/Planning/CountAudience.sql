-- How many of a list can be reached over a channel, and why not the others. One number is written to once, whoever has it. In some zones it may not
-- be the hour for it.
select count(*),
       count(*) filter (where m.id is null),
       count(*) filter (where m.id is not null and m.address is null),
       count(*) filter (where m.address is not null and m.suppressed),
       count(*) filter (where m.address is not null and not m.suppressed) - count(distinct m.address) filter (where not m.suppressed),
       count(distinct m.address) filter (where not m.suppressed and m.zone = any ($4::varchar[]))
from (
    select c.id, coalesce(c.time_zone, '') as zone, a.address, s.address is not null as suppressed
    from list_members l
    left join contacts c on c.tenant_id = l.tenant_id and c.id = l.contact_id
    left join lateral (select case $3 when 'sms' then c.phone else c.email end) a(address) on true
    left join suppressions s on s.tenant_id = l.tenant_id and s.address = a.address
    where l.tenant_id = $1 and l.list_id = $2
) m
