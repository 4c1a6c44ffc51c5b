-- Messages a second over the last ten completed batches: from the first one's start until now, so that it sinks while nothing goes out; and
-- while they were handed over, which is what the provider and this machine can do.
select c.id,
       sum(b.sent) / nullif(extract(epoch from $3 - min(b.started_at)), 0)::float8,
       sum(b.sent) / nullif(sum(extract(epoch from b.completed_at - b.started_at)), 0)::float8
from unnest($2) c(id)
cross join lateral (
    select started_at, completed_at, sent from batches
    where tenant_id = $1 and campaign_id = c.id and completed_at is not null
    order by number desc
    limit 10
) b
group by c.id
