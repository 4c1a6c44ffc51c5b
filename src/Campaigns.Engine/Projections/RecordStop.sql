insert into stopped_projections (name, position, error, stopped_at) values ($1, $2, $3, $4)
on conflict (name) do update set position = excluded.position, error = excluded.error, stopped_at = excluded.stopped_at
