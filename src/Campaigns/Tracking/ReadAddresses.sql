-- Of the addresses that were reached, those about which there is something to forget; of the others each.
select a.address, a.id, coalesce(m.version, 0), s.reason, f.recipients, f.times, s.unsubscribe_group,
    case when s.reason = 'Unsubscribed' then coalesce(s.asked_at, s.since) end
from (
    select * from unnest($2::varchar[], $3::uuid[]) told(address, id)
    union
    select * from unnest($4::varchar[], $5::uuid[]) reached(address, id)
    where exists (select from unreachable u where u.tenant_id = $1 and u.id = reached.id)
) a
left join mt_streams m on m.tenant_id = $1 and m.id = a.id
left join suppressions s on s.tenant_id = $1 and s.address = a.address
left join lateral (
    select array_agg(u.recipient_id) as recipients, array_agg(u.at) as times from unreachable u where u.tenant_id = $1 and u.id = a.id
) f on true
