-- Marked, they come again: Wolverine moves them back. A note stays whose message is not among the dead yet: it is told first and moved then.
with dead as (
    update wolverine_dead_letters d set replayable = true
    from stranded_messages n
    where n.tenant_id = $1 and n.campaign_id = $2 and d.id = n.message_id
    returning d.id
)
delete from stranded_messages n using dead d where n.tenant_id = $1 and n.campaign_id = $2 and n.message_id = d.id
