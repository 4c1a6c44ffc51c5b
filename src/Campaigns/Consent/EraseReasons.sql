-- What the ledger would hold had the events always been as erasing leaves them: category and code stay, the provider's words go.
update recipients
set reason = case status when 'failed' then regexp_replace(reason, '^(\S+ \S+).*$', '\1 erased') else 'erased' end
where tenant_id = $1 and id = any ($2) and status in ('failed', 'inDoubt')
