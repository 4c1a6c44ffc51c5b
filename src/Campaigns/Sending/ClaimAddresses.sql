insert into written_to (tenant_id, campaign_id, step, address, recipient_id)
select $1, $2::uuid, r.step, md5($2::uuid::text || ':' || a.address)::uuid, a.recipient_id
from unnest($3::uuid[], $4::varchar[]) a(recipient_id, address)
join recipients r on r.tenant_id = $1 and r.id = a.recipient_id
order by 3, 4
