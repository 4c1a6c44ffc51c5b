-- Of the addresses in an audience that can be reached over a channel, those that no contact who has them can get a message for under the
-- organisation's frequency cap.
select count(*)
from (
    select at.address
    from audience a
    cross join lateral (select case $2 when 'sms' then a.phone else a.email end) at(address)
    left join suppressions s on s.tenant_id = $1 and s.address = at.address
    where not a.excepted and at.address is not null and s.address is null
    group by at.address
    having bool_and(had_enough($1::varchar, a.contact_id, at.address, $3, $4))
) capped
