delete from messages
where id = any (array(select id from messages where handled_at < $1 order by handled_at limit $2))
