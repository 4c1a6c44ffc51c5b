select id, campaign_id, sender_id, reason, raised_at, resolved_at
from alerts
where tenant_id = $1 and id < $2 and (not $3 or resolved_at is null)
order by id desc
limit $4
