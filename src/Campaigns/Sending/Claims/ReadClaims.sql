-- For whom the addresses of these recipients were claimed. One look at the key for each, by the limit: a plan from when the table was small would read
-- all of it.
select a.recipient_id, w.recipient_id
from unnest($3::uuid[], $4::int[], $5::varchar[]) a(recipient_id, step, address)
cross join lateral (
    select w.recipient_id from written_to w
    where w.tenant_id = $1 and w.campaign_id = $2::uuid and w.step = a.step and w.address = md5($2::uuid::text || ':' || a.address)::uuid
    limit 1
) w
