-- Whether anybody in an audience can be reached over one of these channels, now or, where the frequency cap keeps its place, later.
select exists (
    select from audience($1, $2, $3, $4, $5, $6, $7, '00000000-0000-0000-0000-000000000000', null) a
    join contacts c on c.tenant_id = $1 and c.id = a.contact_id
    cross join unnest($8::varchar[]) channel
    cross join lateral (select case channel when 'sms' then c.phone else c.email end) at(address)
    left join suppressions s on s.tenant_id = $1 and s.address = at.address
    where not a.excepted and at.address is not null and s.address is null
      and not coalesce(c.time_zone, '') = any ($11::varchar[])
      and ($9::bigint is null or not had_enough($1::varchar, c.id, at.address, $9, $10))
)
