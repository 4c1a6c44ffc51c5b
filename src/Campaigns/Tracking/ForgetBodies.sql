delete from webhook_bodies where id < $1 and (processed_at is not null or late)
