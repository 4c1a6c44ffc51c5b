select reason, min(due), count(*)
from deferrals
where tenant_id = $1 and campaign_id = $2
group by reason
order by count(*) desc
limit 50
