-- How many of an audience can be reached over a channel, and why not the others. One number is written to once, whoever has it. In some zones it may not
-- be the hour for it.
select count(*),
       count(*) filter (where m.excepted),
       count(*) filter (where not m.excepted and m.id is null),
       count(*) filter (where not m.excepted and m.id is not null and m.address is null),
       count(*) filter (where not m.excepted and m.address is not null and m.suppressed),
       count(*) filter (where m.reachable) - count(distinct m.address) filter (where m.reachable),
       count(distinct m.address) filter (where m.reachable and m.zone = any ($9::varchar[]))
from (
    select a.excepted, c.id, coalesce(c.time_zone, '') as zone, at.address, s.address is not null as suppressed,
           not a.excepted and at.address is not null and s.address is null as reachable
    from audience($1, $2, $3, $4, $5, $6, $7, '00000000-0000-0000-0000-000000000000', null) a
    left join contacts c on c.tenant_id = $1 and c.id = a.contact_id
    left join lateral (select case $8 when 'sms' then c.phone else c.email end) at(address) on true
    left join suppressions s on s.tenant_id = $1 and s.address = at.address
) m
