delete from crash_suspects where message_id = $1
