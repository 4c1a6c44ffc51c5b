select
    (select count(*) from mt_events) as events,
    (select count(*) from mt_streams) as streams,
    (select max(seq_id) from mt_events) - (select count(*) from mt_events) as holes,
    (select count(*) from effects) as messages_handled,
    (select count(*) from effects where attempt > 1) as in_a_later_attempt,
    (select max(attempt) from effects) as most_attempts,
    (select count(*) from messages where dead_at is not null) as dead
