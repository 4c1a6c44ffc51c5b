-- What the ledger would hold had the events always been as erasing leaves them: category and code stay, the provider's words go.
update recipients
set reason = case when category is null then 'erased' else regexp_replace(reason, '^(\S+).*$', '\1 erased') end
where tenant_id = $1 and id = any ($2) and reason is not null and status in ('failed', 'inDoubt', 'queued')
