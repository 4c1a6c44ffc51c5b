-- Of two reasons the stronger counts, of equal ones the first; but who left a group and then another, or all, has left all.
insert into suppressions as kept (tenant_id, address, reason, source, since, unsubscribe_group)
select * from unnest($1, $2, $3, $4, $5, $7::varchar[]) s(tenant_id, address, reason, source, since, unsubscribe_group)
order by tenant_id, address
on conflict (tenant_id, address) do update set reason = excluded.reason, source = excluded.source, since = excluded.since,
    unsubscribe_group = case when kept.reason <> excluded.reason then excluded.unsubscribe_group end
where array_position($6, kept.reason) < array_position($6, excluded.reason)
   or kept.reason = excluded.reason and kept.unsubscribe_group is not null and kept.unsubscribe_group is distinct from excluded.unsubscribe_group
