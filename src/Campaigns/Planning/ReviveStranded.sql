-- As Wolverine moves dead letters back itself: owned by nobody, to be taken by any node.
with noted as (
    delete from stranded_messages where tenant_id = $1 and campaign_id = $2 returning message_id
),
dead as (
    delete from wolverine_dead_letters d using noted n where d.id = n.message_id returning d.body, d.id, d.message_type, d.received_at
)
insert into wolverine_incoming_envelopes (body, id, status, owner_id, execution_time, attempts, message_type, received_at, keep_until)
select body, id, 'Incoming', 0, null, 0, message_type, received_at, null from dead
on conflict do nothing
