-- A batch of which nothing went out has used nothing up of a daily limit.
select started_at from batches
where tenant_id = $1 and campaign_id = $2 and returned + coalesce(deferred, 0) is distinct from size
order by number desc
limit 1
