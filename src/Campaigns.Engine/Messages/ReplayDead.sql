update messages set dead_at = null, attempts = 0, lost = 0, due = $4
where dead_at is not null and tenant_id = $1 and body ->> $2::text = $3
