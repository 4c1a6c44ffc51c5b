-- As a node of Wolverine's moves back dead letters that are marked: owned by nobody, to be taken by anybody.
with dead as (
    delete from wolverine_dead_letters where replayable returning body, id, message_type, received_at
)
insert into wolverine_incoming_envelopes (body, id, status, owner_id, execution_time, attempts, message_type, received_at, keep_until)
select body, id, 'Incoming', 0, null, 0, message_type, received_at, null from dead
on conflict do nothing
