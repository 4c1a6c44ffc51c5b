-- As many of the oldest as there is room for, and one in any case; of the others no more than that they wait.
select id, provider, target, received_at, case when total <= $2 or total = length(body) then body end
from (
    select *, sum(length(body)) over (order by id) as total from webhook_bodies where id = any ($1) and processed_at is null
) b
order by id
