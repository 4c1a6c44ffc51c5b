select id, provider, target, received_at, body from webhook_bodies
where id = any ($1) and processed_at is null
order by id
