select id, body from webhook_bodies where id = any ($1) and processed_at is null
