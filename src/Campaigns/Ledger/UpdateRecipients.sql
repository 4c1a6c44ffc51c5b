-- The rows as they were give the differences to count. They are read without a lock of their own: whoever changes a
-- recipient holds the lock on its stream, or on its campaign's while it is queued, since an earlier statement of this commit.
with change as (
    select * from unnest($1, $2, $3, $4, $5, $6, $7::int[], $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[],
                         $12::timestamptz[], $13::timestamptz[], $14::timestamptz[], $15::timestamptz[], $16::timestamptz[], $17::timestamptz[],
                         $18::varchar[], $19::int[], $20::varchar[], $21::uuid[], $22::varchar[], $23::varchar[], $24::int[])
        c(tenant_id, id, campaign_id, contact_id, status, reason, batch, queued_at, sent_at, delivered_at, opened_at, clicked_at, bounced_at,
          complained_at, unsubscribed_at, timed_out_at, not_before, limit_key, attempts, channel, sender_id,
          category, provider_message_id, step)
),
moved as (
    update recipients r
    set status = case when r.status = 'sent' then r.status else coalesce(c.status, r.status) end,
        reason = case when r.status = 'sent' or c.status is null then r.reason else c.reason end,
        category = case when r.status = 'sent' then null when c.status is null then r.category else c.category end,
        provider_message_id = coalesce(c.provider_message_id, r.provider_message_id),
        not_before = case when r.status = 'sent' then null when c.status is null then r.not_before else c.not_before end,
        attempts = coalesce(c.attempts, r.attempts),
        batch = coalesce(c.batch, r.batch),
        sender_id = case when r.status = 'sent' or c.sender_id is null then r.sender_id
                         else nullif(c.sender_id, '00000000-0000-0000-0000-000000000000') end,
        sent_at = coalesce(r.sent_at, c.sent_at),
        delivered_at = coalesce(r.delivered_at, c.delivered_at),
        opened_at = coalesce(r.opened_at, c.opened_at),
        clicked_at = coalesce(r.clicked_at, c.clicked_at),
        bounced_at = coalesce(r.bounced_at, c.bounced_at),
        complained_at = coalesce(r.complained_at, c.complained_at),
        unsubscribed_at = coalesce(r.unsubscribed_at, c.unsubscribed_at),
        timed_out_at = coalesce(r.timed_out_at, c.timed_out_at)
    from change c
    join recipients was on was.tenant_id = c.tenant_id and was.id = c.id
    where r.tenant_id = c.tenant_id and r.id = c.id
    returning r.tenant_id, r.campaign_id, r.id, r.sender_id, was.status as was, r.status as is_now, r.category, r.reason, was.not_before as was_not_before, r.not_before, c.limit_key,
              date_trunc('hour', coalesce(r.sent_at, r.bounced_at, r.complained_at), 'UTC') as hour,
              (r.sent_at is not null and was.sent_at is null)::int as newly_sent,
              (r.bounced_at is not null and was.bounced_at is null)::int as bounced,
              (r.complained_at is not null and was.complained_at is null)::int as complained,
              (r.delivered_at is not null and was.delivered_at is null)::int as delivered,
              (r.opened_at is not null and was.opened_at is null)::int as opened,
              (r.clicked_at is not null and was.clicked_at is null)::int as clicked,
              (r.unsubscribed_at is not null and was.unsubscribed_at is null)::int as unsubscribed,
              (r.timed_out_at is not null and was.timed_out_at is null)::int as timed_out
),
come_back as (
    delete from deferrals d
    using moved m
    where m.was_not_before is not null and m.not_before is distinct from m.was_not_before
      and d.tenant_id = m.tenant_id and d.campaign_id = m.campaign_id and d.due = m.was_not_before and d.recipient_id = m.id
),
deferred as (
    insert into deferrals (tenant_id, campaign_id, due, recipient_id, reason, limit_key)
    select tenant_id, campaign_id, not_before, id, coalesce(category || ': ', '') || coalesce(reason, ''), limit_key
    from moved
    where not_before is not null and not_before is distinct from was_not_before
),
counts as (
    select tenant_id, campaign_id,
           sum((is_now <> 'skipped')::int - (was <> 'skipped')::int) as recipients,
           sum((is_now = 'skipped')::int - (was = 'skipped')::int) as skipped,
           sum((is_now = 'queued')::int - (was = 'queued')::int) as queued,
           sum((is_now = 'sending')::int - (was = 'sending')::int) as sending,
           sum((is_now = 'sent')::int - (was = 'sent')::int) as sent,
           sum((is_now = 'failed')::int - (was = 'failed')::int) as failed,
           sum((is_now = 'inDoubt')::int - (was = 'inDoubt')::int) as in_doubt,
           sum(delivered) as delivered, sum(opened) as opened, sum(clicked) as clicked, sum(bounced) as bounced,
           sum(complained) as complained, sum(unsubscribed) as unsubscribed, sum(timed_out) as timed_out
    from moved
    group by tenant_id, campaign_id
    order by tenant_id, campaign_id -- every commit locks the rows of progress in the same order
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
    select tenant_id, sender_id, hour, campaign_id, sum(newly_sent) as sent, sum(bounced) as bounced, sum(complained) as complained
    from moved
    where sender_id is not null and newly_sent + bounced + complained > 0
    group by 1, 2, 3, 4
)
insert into sender_health as h (tenant_id, sender_id, hour, campaign_id, sent, bounced, complained)
select m.tenant_id, m.sender_id, m.hour, m.campaign_id, m.sent, m.bounced, m.complained
from heard m
join progress p on p.tenant_id = m.tenant_id and p.campaign_id = m.campaign_id -- whose row is locked before those of its senders
on conflict (tenant_id, sender_id, hour, campaign_id) do update
set sent = h.sent + excluded.sent, bounced = h.bounced + excluded.bounced, complained = h.complained + excluded.complained
