-- Of two reasons the stronger counts, of equal ones the first; but who left a group and then another, or all, has left all. And of a wish that is
-- repeated only the time is new.
insert into suppressions as kept (tenant_id, address, reason, source, since, unsubscribe_group, asked_at)
select * from unnest($1, $2, $3, $4, $5, $7::varchar[], $8::timestamptz[]) s(tenant_id, address, reason, source, since, unsubscribe_group, asked_at)
order by tenant_id, address
on conflict (tenant_id, address) do update set (reason, source, since, unsubscribe_group, asked_at) = (
    select excluded.reason,
        case when repeated then kept.source else excluded.source end,
        case when repeated then kept.since else excluded.since end,
        case when repeated then kept.unsubscribe_group when kept.reason <> excluded.reason then excluded.unsubscribe_group end,
        case when kept.reason = excluded.reason then greatest(coalesce(kept.asked_at, kept.since), excluded.asked_at) else excluded.asked_at end
    from (select kept.reason = excluded.reason
        and (kept.unsubscribe_group is null or kept.unsubscribe_group is not distinct from excluded.unsubscribe_group)) s(repeated))
where array_position($6, kept.reason) < array_position($6, excluded.reason)
   or kept.reason = excluded.reason
      and (kept.unsubscribe_group is not null and kept.unsubscribe_group is distinct from excluded.unsubscribe_group
           or excluded.asked_at > coalesce(kept.asked_at, kept.since))
