select number, size, started_at, completed_at, sent, failed, in_doubt, returned, deferred, remaining
from batches
where tenant_id = $1 and campaign_id = $2 and number < $3
order by number desc
limit $4
