-- Of two reasons the stronger counts, of equal ones the first.
insert into suppressions as kept (tenant_id, address, reason, source, since)
select * from unnest($1, $2, $3, $4, $5) s(tenant_id, address, reason, source, since)
order by tenant_id, address
on conflict (tenant_id, address) do update set reason = excluded.reason, source = excluded.source, since = excluded.since
where array_position($6, kept.reason) < array_position($6, excluded.reason)
