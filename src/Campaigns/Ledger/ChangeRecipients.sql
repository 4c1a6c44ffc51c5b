-- Takes rows, a RecipientChange each: what stands behind an @ is an array, with that column of all of them. Null says
-- nothing about the column.
with change as (
    select unnest(@tenant_id::varchar[]) as tenant_id,
           unnest(@id::uuid[]) as id,
           unnest(@campaign_id::uuid[]) as campaign_id,
           unnest(@step::int[]) as step,
           unnest(@contact_id::uuid[]) as contact_id,
           unnest(@channel::varchar[]) as channel,
           unnest(@status::varchar[]) as status,
           unnest(@category::varchar[]) as category,
           unnest(@reason::varchar[]) as reason,
           unnest(@batch::int[]) as batch,
           unnest(@sender_id::uuid[]) as sender_id,
           unnest(@not_before::timestamptz[]) as not_before,
           unnest(@limit_key::varchar[]) as limit_key,
           unnest(@attempts::int[]) as attempts,
           unnest(@provider_message_id::varchar[]) as provider_message_id,
           unnest(@queued_at::timestamptz[]) as queued_at,
           unnest(@sent_at::timestamptz[]) as sent_at,
           unnest(@delivered_at::timestamptz[]) as delivered_at,
           unnest(@opened_at::timestamptz[]) as opened_at,
           unnest(@clicked_at::timestamptz[]) as clicked_at,
           unnest(@bounced_at::timestamptz[]) as bounced_at,
           unnest(@complained_at::timestamptz[]) as complained_at,
           unnest(@unsubscribed_at::timestamptz[]) as unsubscribed_at,
           unnest(@timed_out_at::timestamptz[]) as timed_out_at
),
-- How a row as it was and a change become the row as it will be. Who is new was nothing: all columns of was are null.
-- Rows are read without a lock of their own: whoever changes a recipient holds the lock on its stream, or on its
-- campaign's while it is queued, since an earlier statement of this commit.
will_be as (
    select change.tenant_id,
           change.id,
           coalesce(was.campaign_id, change.campaign_id) as campaign_id,
           coalesce(was.step, change.step) as step,
           coalesce(was.contact_id, change.contact_id) as contact_id,
           coalesce(was.channel, change.channel) as channel,
           case when moves then change.status else was.status end as status,
           case when moves or bounces then change.category else was.category end as category,
           case when moves or bounces then change.reason else was.reason end as reason,
           coalesce(change.batch, was.batch) as batch,
           case when is_final or change.sender_id is null then was.sender_id
                else nullif(change.sender_id, '00000000-0000-0000-0000-000000000000') end as sender_id,
           case when moves then change.not_before else was.not_before end as not_before,
           change.limit_key,
           coalesce(change.attempts, was.attempts, 0) as attempts,
           coalesce(change.provider_message_id, was.provider_message_id) as provider_message_id,
           coalesce(was.queued_at, change.queued_at) as queued_at,
           coalesce(was.sent_at, change.sent_at) as sent_at,
           coalesce(was.delivered_at, change.delivered_at) as delivered_at,
           coalesce(was.opened_at, change.opened_at) as opened_at,
           coalesce(was.clicked_at, change.clicked_at) as clicked_at,
           coalesce(was.bounced_at, change.bounced_at) as bounced_at,
           coalesce(was.complained_at, change.complained_at) as complained_at,
           coalesce(was.unsubscribed_at, change.unsubscribed_at) as unsubscribed_at,
           coalesce(was.timed_out_at, change.timed_out_at) as timed_out_at,
           was -- the whole row
    from change
    left join recipients was on was.tenant_id = change.tenant_id and was.id = change.id,
    lateral (select was.status is not distinct from 'sent' as is_final) w,
    lateral (select change.status is not null and not is_final as moves,
                    change.bounced_at is not null and was.bounced_at is null as bounces) c
    where was.id is not null or change.campaign_id is not null -- nobody begins but with their first event
),
added as (
    insert into recipients (tenant_id, id, campaign_id, step, contact_id, channel, status, category, reason, batch,
                            sender_id, not_before, attempts, provider_message_id, queued_at, sent_at, delivered_at,
                            opened_at, clicked_at, bounced_at, complained_at, unsubscribed_at, timed_out_at)
    select tenant_id, id, campaign_id, step, contact_id, channel, status, category, reason, batch, sender_id,
           not_before, attempts, provider_message_id, queued_at, sent_at, delivered_at, opened_at, clicked_at,
           bounced_at, complained_at, unsubscribed_at, timed_out_at
    from will_be
    where (was).id is null
),
moved as (
    update recipients r
    set status = w.status,
        category = w.category,
        reason = w.reason,
        batch = w.batch,
        sender_id = w.sender_id,
        not_before = w.not_before,
        attempts = w.attempts,
        provider_message_id = w.provider_message_id,
        sent_at = w.sent_at,
        delivered_at = w.delivered_at,
        opened_at = w.opened_at,
        clicked_at = w.clicked_at,
        bounced_at = w.bounced_at,
        complained_at = w.complained_at,
        unsubscribed_at = w.unsubscribed_at,
        timed_out_at = w.timed_out_at
    from will_be w
    where (w.was).id is not null and r.tenant_id = w.tenant_id and r.id = w.id
),
come_back as (
    delete from deferrals d
    using will_be w
    where (w.was).not_before is not null and w.not_before is distinct from (w.was).not_before
      and d.tenant_id = w.tenant_id and d.campaign_id = w.campaign_id
      and d.due = (w.was).not_before and d.recipient_id = w.id
),
deferred as (
    insert into deferrals (tenant_id, campaign_id, due, recipient_id, reason, limit_key)
    select tenant_id, campaign_id, not_before, id, concat(category || ': ', reason), limit_key
    from will_be
    where not_before is not null and not_before is distinct from (was).not_before
),
counts as ( -- how many more, or fewer, there will be
    select tenant_id, campaign_id,
           count(*) filter (where status <> 'skipped')
               - count(*) filter (where (was).status <> 'skipped') as recipients,
           count(*) filter (where status = 'skipped') - count(*) filter (where (was).status = 'skipped') as skipped,
           count(*) filter (where status = 'queued') - count(*) filter (where (was).status = 'queued') as queued,
           count(*) filter (where status = 'sending') - count(*) filter (where (was).status = 'sending') as sending,
           count(*) filter (where status = 'sent') - count(*) filter (where (was).status = 'sent') as sent,
           count(*) filter (where status = 'failed') - count(*) filter (where (was).status = 'failed') as failed,
           count(*) filter (where status = 'inDoubt') - count(*) filter (where (was).status = 'inDoubt') as in_doubt,
           count(delivered_at) - count((was).delivered_at) as delivered,
           count(opened_at) - count((was).opened_at) as opened,
           count(clicked_at) - count((was).clicked_at) as clicked,
           count(bounced_at) - count((was).bounced_at) as bounced,
           count(complained_at) - count((was).complained_at) as complained,
           count(unsubscribed_at) - count((was).unsubscribed_at) as unsubscribed,
           count(timed_out_at) - count((was).timed_out_at) as timed_out
    from will_be
    group by tenant_id, campaign_id
    order by tenant_id, campaign_id -- every commit locks the rows of progress in the same order
),
progress as (
    update campaign_progress p
    set recipients = p.recipients + c.recipients,
        skipped = p.skipped + c.skipped,
        queued = p.queued + c.queued,
        sending = p.sending + c.sending,
        sent = p.sent + c.sent,
        failed = p.failed + c.failed,
        in_doubt = p.in_doubt + c.in_doubt,
        delivered = p.delivered + c.delivered,
        opened = p.opened + c.opened,
        clicked = p.clicked + c.clicked,
        bounced = p.bounced + c.bounced,
        complained = p.complained + c.complained,
        unsubscribed = p.unsubscribed + c.unsubscribed,
        timed_out = p.timed_out + c.timed_out
    from counts c
    where p.tenant_id = c.tenant_id and p.campaign_id = c.campaign_id
    returning p.tenant_id, p.campaign_id
),
heard as ( -- of each sender's messages
    select tenant_id, sender_id, date_trunc('hour', sent_at, 'UTC') as hour, campaign_id,
           count(sent_at) - count((was).sent_at) as sent,
           count(bounced_at) - count((was).bounced_at) as bounced,
           count(complained_at) - count((was).complained_at) as complained
    from will_be
    where sender_id is not null and sent_at is not null
      and (sent_at, bounced_at, complained_at) is distinct from ((was).sent_at, (was).bounced_at, (was).complained_at)
    group by 1, 2, 3, 4
)
insert into sender_health as h (tenant_id, sender_id, hour, campaign_id, sent, bounced, complained)
select m.tenant_id, m.sender_id, m.hour, m.campaign_id, m.sent, m.bounced, m.complained
from heard m
-- The row of a campaign's progress is locked before those of its senders.
join progress p on p.tenant_id = m.tenant_id and p.campaign_id = m.campaign_id
on conflict (tenant_id, sender_id, hour, campaign_id) do update
set sent = h.sent + excluded.sent,
    bounced = h.bounced + excluded.bounced,
    complained = h.complained + excluded.complained
