-- Of the addresses in an audience that can be reached over a channel, those that no contact who has them can get a message for under the
-- organisation's frequency cap.
select count(*)
from (
    select at.address
    from audience($1, $2, $3, $4, $5, $6, $7, '00000000-0000-0000-0000-000000000000', null) a
    join contacts c on c.tenant_id = $1 and c.id = a.contact_id
    cross join lateral (select case $8 when 'sms' then c.phone else c.email end) at(address)
    left join suppressions s on s.tenant_id = $1 and s.address = at.address
    where not a.excepted and at.address is not null and s.address is null
    group by at.address
    having bool_and(had_enough($1::varchar, c.id, at.address, $9, $10))
) capped
