insert into unreachable (tenant_id, id, recipient_id, at)
select * from unnest($1, $2, $3, $4) f(tenant_id, id, recipient_id, at)
order by tenant_id, id, recipient_id
on conflict (tenant_id, id, recipient_id) do update set at = excluded.at
