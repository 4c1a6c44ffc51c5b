select distinct r.id, s.version
from unnest($2::uuid[], $3::int[]) m(id, batch)
join recipients r on r.tenant_id = $1 and r.id = m.id and (m.batch is null or r.batch = m.batch)
join mt_streams s on s.tenant_id = r.tenant_id and s.id = r.id
where r.channel = 'email' and r.status = 'sent' and r.opened_at is null and r.clicked_at is null and r.bounced_at is null and r.timed_out_at is null
