select id, status = 'sent' as proven, channel
from recipients
where tenant_id = $1 and campaign_id = $2 and id between $3 and $4 and batch = $5 and status in ('sending', 'sent')
order by id
