-- Messages a second over the completed ones of the last ten batches. First of those that ended in the five minutes before now, or before the batch
-- that is out began: from the first one's start until now, so that it sinks while nothing goes out, and null when nothing went out lately. What went
-- out before a long pause or hold says nothing about now. Then of all of them while they were handed over: what the provider and this machine can do.
select c.id,
       sum(b.sent) filter (where b.is_recent) / nullif(extract(epoch from $3 - min(b.started_at) filter (where b.is_recent)), 0)::float8,
       sum(b.sent) / nullif(sum(extract(epoch from b.completed_at - b.started_at)), 0)::float8
from unnest($2) c(id)
cross join lateral (
    select started_at, completed_at, sent, completed_at > coalesce(max(started_at) filter (where completed_at is null) over (), $3) - interval '5 minutes' is_recent
    from (
        select started_at, completed_at, sent from batches
        where tenant_id = $1 and campaign_id = c.id
        order by number desc
        limit 10
    ) newest
) b
where b.completed_at is not null
group by c.id
