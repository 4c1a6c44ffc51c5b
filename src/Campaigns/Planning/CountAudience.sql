-- How many of an audience can be reached over a channel, and why not the others. One number is written to once, whoever has it. In some zones it may not
-- be the hour for it.
select count(*),
       count(*) filter (where m.excepted),
       count(*) filter (where not m.excepted and m.removed),
       count(*) filter (where not m.excepted and not m.removed and m.address is null),
       count(*) filter (where not m.excepted and m.address is not null and m.suppressed),
       count(*) filter (where m.reachable) - count(distinct m.address) filter (where m.reachable),
       count(distinct m.address) filter (where m.reachable and m.zone = any ($3::varchar[]))
from (
    select a.excepted, a.removed, coalesce(a.time_zone, '') as zone, at.address, s.address is not null as suppressed,
           not a.excepted and at.address is not null and s.address is null as reachable
    from audience a
    cross join lateral (select case $2 when 'sms' then a.phone else a.email end) at(address)
    left join suppressions s on s.tenant_id = $1 and s.address = at.address
) m
