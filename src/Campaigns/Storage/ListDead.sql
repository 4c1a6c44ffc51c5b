-- Those that are marked come again. The organisation stands in the envelope only: $3 is how it is written there.
select id, message_type, received_at, sent_at, exception_message, body
from wolverine_dead_letters
where id > $1 and not replayable and archived_at is null
  and ($2::varchar is null or message_type = $2) and ($3::bytea is null or position($3 in body) > 0)
order by id
limit $4
