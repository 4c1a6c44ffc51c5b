-- What was seen of it before counts on: another node's batch may have ended in between.
insert into provider_accounts (tenant_id, provider, slow_until, slowed, errors_in_a_row, reason) values ($1, $2, $3, $4, $5, $6)
on conflict (tenant_id, provider) do update
set slow_until = greatest(provider_accounts.slow_until, excluded.slow_until), slowed = excluded.slowed, errors_in_a_row = excluded.errors_in_a_row,
    reason = coalesce(excluded.reason, provider_accounts.reason)
