select due from messages
where queue = $1 and dead_at is null and claim is null
order by due
limit 1
