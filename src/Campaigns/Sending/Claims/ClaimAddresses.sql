insert into written_to (tenant_id, campaign_id, step, address, recipient_id)
select $1, $2::uuid, a.step, md5($2::uuid::text || ':' || a.address)::uuid, a.recipient_id
from unnest($3::uuid[], $4::int[], $5::varchar[]) a(recipient_id, step, address)
order by 3, 4
