-- Whether anybody in an audience can be reached over one of these channels, now or, where the frequency cap keeps its place, later.
select exists (
    select from audience a
    cross join unnest($2::varchar[]) channel
    cross join lateral (select case channel when 'sms' then a.phone else a.email end) at(address)
    left join suppressions s on s.tenant_id = $1 and s.address = at.address
    where not a.excepted and at.address is not null and s.address is null
      and not coalesce(a.time_zone, '') = any ($5::varchar[])
      and ($3::bigint is null or not had_enough($1::varchar, a.contact_id, at.address, $3, $4))
)
