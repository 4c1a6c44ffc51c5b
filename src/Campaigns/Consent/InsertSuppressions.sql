insert into suppressions (tenant_id, address, reason, source, since)
select * from unnest($1, $2, $3, $4, $5) s(tenant_id, address, reason, source, since)
order by tenant_id, address
on conflict (tenant_id, address) do nothing
