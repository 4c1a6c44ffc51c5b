delete from crash_suspects where message_id = any ($1)
