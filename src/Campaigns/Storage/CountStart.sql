insert into crash_suspects as s (message_id, starts) values ($1, 1)
on conflict (message_id) do update set starts = s.starts + 1
returning starts
