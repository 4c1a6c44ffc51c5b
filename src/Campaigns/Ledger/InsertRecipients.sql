with added as (
    insert into recipients (tenant_id, id, campaign_id, contact_id, status, reason, batch, queued_at, sent_at, delivered_at, opened_at, clicked_at,
                            bounced_at, complained_at, unsubscribed_at, timed_out_at, not_before, attempts, channel, sender_id, category,
                            provider_message_id, step)
    select n.tenant_id, n.id, n.campaign_id, n.contact_id, n.status, n.reason, n.batch, n.queued_at, n.sent_at, n.delivered_at, n.opened_at, n.clicked_at,
           n.bounced_at, n.complained_at, n.unsubscribed_at, n.timed_out_at, n.not_before, coalesce(n.attempts, 0), n.channel,
           nullif(n.sender_id, '00000000-0000-0000-0000-000000000000'), n.category, n.provider_message_id, n.step
    from unnest($1, $2, $3, $4, $5, $6, $7::int[], $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[],
                $12::timestamptz[], $13::timestamptz[], $14::timestamptz[], $15::timestamptz[], $16::timestamptz[], $17::timestamptz[], $18::varchar[],
                $19::int[], $20::varchar[], $21::uuid[], $22::varchar[], $23::varchar[], $24::int[])
         n(tenant_id, id, campaign_id, contact_id, status, reason, batch, queued_at, sent_at, delivered_at, opened_at, clicked_at, bounced_at,
           complained_at, unsubscribed_at, timed_out_at, not_before, limit_key, attempts, channel, sender_id, category,
           provider_message_id, step)
    returning *
),
deferred as ( -- only a rebuild finds somebody queued and put off at once
    insert into deferrals (tenant_id, campaign_id, due, recipient_id, reason, limit_key)
    select a.tenant_id, a.campaign_id, a.not_before, a.id, coalesce(a.category || ': ', '') || coalesce(a.reason, ''), n.limit_key
    from added a
    join unnest($2, $18::varchar[]) n(id, limit_key) on n.id = a.id
    where a.not_before is not null
),
counts as (
    select tenant_id, campaign_id,
           count(*) filter (where status <> 'skipped') as recipients,
           count(*) filter (where status = 'skipped') as skipped,
           count(*) filter (where status = 'queued') as queued,
           count(*) filter (where status = 'sending') as sending,
           count(*) filter (where status = 'sent') as sent,
           count(*) filter (where status = 'failed') as failed,
           count(*) filter (where status = 'inDoubt') as in_doubt,
           count(delivered_at) as delivered, count(opened_at) as opened, count(clicked_at) as clicked, count(bounced_at) as bounced,
           count(complained_at) as complained, count(unsubscribed_at) as unsubscribed, count(timed_out_at) as timed_out
    from added
    group by tenant_id, campaign_id
),
progress as (
    update campaign_progress p
    set recipients = p.recipients + c.recipients, skipped = p.skipped + c.skipped, queued = p.queued + c.queued, sending = p.sending + c.sending,
        sent = p.sent + c.sent, failed = p.failed + c.failed, in_doubt = p.in_doubt + c.in_doubt, delivered = p.delivered + c.delivered,
        opened = p.opened + c.opened, clicked = p.clicked + c.clicked, bounced = p.bounced + c.bounced, complained = p.complained + c.complained,
        unsubscribed = p.unsubscribed + c.unsubscribed, timed_out = p.timed_out + c.timed_out
    from counts c
    where p.tenant_id = c.tenant_id and p.campaign_id = c.campaign_id
    returning p.tenant_id, p.campaign_id
),
heard as (
    select tenant_id, sender_id, date_trunc('hour', coalesce(sent_at, bounced_at, complained_at), 'UTC') as hour, campaign_id, count(sent_at) as sent,
           count(bounced_at) as bounced, count(complained_at) as complained
    from added
    where sender_id is not null and coalesce(sent_at, bounced_at, complained_at) is not null
    group by 1, 2, 3, 4
)
insert into sender_health as h (tenant_id, sender_id, hour, campaign_id, sent, bounced, complained)
select m.tenant_id, m.sender_id, m.hour, m.campaign_id, m.sent, m.bounced, m.complained
from heard m
join progress p on p.tenant_id = m.tenant_id and p.campaign_id = m.campaign_id -- whose row is locked before those of its senders
on conflict (tenant_id, sender_id, hour, campaign_id) do update
set sent = h.sent + excluded.sent, bounced = h.bounced + excluded.bounced, complained = h.complained + excluded.complained
