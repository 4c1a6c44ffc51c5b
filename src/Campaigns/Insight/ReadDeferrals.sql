-- Many may wait for one domain, and somebody may look every second: no more than so many are counted.
select reason, min(due), count(*)
from (select reason, due from deferrals where tenant_id = $1 and campaign_id = $2 order by due limit $3) d
group by reason
order by count(*) desc
limit 50
