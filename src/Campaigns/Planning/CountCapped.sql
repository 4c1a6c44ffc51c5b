-- Of the addresses on a list that can be reached over a channel, those that no contact who has them can get a message for under the
-- organisation's frequency cap.
select count(*)
from (
    select a.address
    from list_members l
    join contacts c on c.tenant_id = l.tenant_id and c.id = l.contact_id
    cross join lateral (select case $3 when 'sms' then c.phone else c.email end) a(address)
    left join suppressions s on s.tenant_id = l.tenant_id and s.address = a.address
    where l.tenant_id = $1 and l.list_id = $2 and a.address is not null and s.address is null
    group by a.address
    having bool_and(had_enough($1::varchar, c.id, a.address, $4, $5))
) capped
