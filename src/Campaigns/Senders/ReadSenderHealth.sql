select s.id, coalesce(sum(h.sent), 0), coalesce(sum(h.bounced), 0), coalesce(sum(h.complained), 0)
from unnest($2::uuid[], $3::timestamptz[]) s(id, since)
left join sender_health h on h.tenant_id = $1 and h.sender_id = s.id and h.hour >= s.since
group by s.id
