update batches b
set completed_at = c.completed_at, sent = c.sent, failed = c.failed, in_doubt = c.in_doubt, returned = c.returned, remaining = c.remaining,
    deferred = c.deferred
from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     c(tenant_id, campaign_id, number, completed_at, sent, failed, in_doubt, returned, remaining, deferred)
where b.tenant_id = c.tenant_id and b.campaign_id = c.campaign_id and b.number = c.number
