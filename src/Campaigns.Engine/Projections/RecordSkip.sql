insert into skipped_events (projection, position, error, skipped_at) values ($1, $2, $3, $4)
on conflict (projection, position) do update set error = excluded.error, skipped_at = excluded.skipped_at
