update crash_suspects set starts = starts - 1 where message_id = any ($1)
