-- Whether anybody on a list can be reached over one of these channels, now or, where the frequency cap keeps its place, later.
select exists (
    select from list_members l
    join contacts c on c.tenant_id = l.tenant_id and c.id = l.contact_id
    cross join unnest($3::varchar[]) channel
    cross join lateral (select case channel when 'sms' then c.phone else c.email end) a(address)
    left join suppressions s on s.tenant_id = l.tenant_id and s.address = a.address
    where l.tenant_id = $1 and l.list_id = $2 and a.address is not null and s.address is null
      and not coalesce(c.time_zone, '') = any ($6::varchar[])
      and ($4::bigint is null or not had_enough($1::varchar, c.id, a.address, $4, $5))
)
