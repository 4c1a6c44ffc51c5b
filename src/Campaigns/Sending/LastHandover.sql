-- A batch that returned everybody has used nothing up of a daily limit.
select started_at from batches
where tenant_id = $1 and campaign_id = $2 and returned is distinct from size
order by number desc
limit 1
