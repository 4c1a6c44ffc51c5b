insert into sent (message, kind, due) select message, $2, $3 from unnest($1) message
on conflict (message) do nothing
