-- What the ledger would hold had the events always been as erasing leaves them: category and code stay, the provider's words go; of what
-- bounced after it was sent, the code alone is left.
update recipients
set reason = case when status = 'sent' then regexp_replace(reason, '^(\S+).*$', '\1')
                  when category is null then 'erased'
                  else regexp_replace(reason, '^(\S+).*$', '\1 erased') end
where tenant_id = $1 and id = any ($2) and reason is not null and status in ('failed', 'inDoubt', 'queued', 'sent')
