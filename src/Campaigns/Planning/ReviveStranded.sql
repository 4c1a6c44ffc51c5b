-- As Wolverine moves dead letters back itself: owned by nobody, to be taken by any node. A note stays whose message is not among the dead yet: it is told
-- first and moved then.
with dead as (
    delete from wolverine_dead_letters d
    using stranded_messages n
    where n.tenant_id = $1 and n.campaign_id = $2 and d.id = n.message_id
    returning d.body, d.id, d.message_type, d.received_at
),
noted as (
    delete from stranded_messages n using dead d where n.tenant_id = $1 and n.campaign_id = $2 and n.message_id = d.id
)
insert into wolverine_incoming_envelopes (body, id, status, owner_id, execution_time, attempts, message_type, received_at, keep_until)
select body, id, 'Incoming', 0, null, 0, message_type, received_at, null from dead
on conflict do nothing
