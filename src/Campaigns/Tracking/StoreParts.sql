-- In the order of the ids: two who split the same body wait for each other in one direction only.
insert into webhook_bodies (id, tenant_id, provider, received_at, body)
select id, tenant_id, $1, received_at, body
from unnest($2::uuid[], $3::varchar[], $4::timestamptz[], $5::bytea[]) part(id, tenant_id, received_at, body)
order by id
on conflict (id) do update set processed_at = null -- replayed
