insert into crash_suspects as s (message_id, starts)
select id, 1 from unnest($1::uuid[]) id order by id
on conflict (message_id) do update set starts = s.starts + 1
returning starts
