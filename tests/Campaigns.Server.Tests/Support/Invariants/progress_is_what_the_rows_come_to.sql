-- The counters of each campaign are what a count over its recipients comes to.
select campaign_id::text, 'campaign_progress is ' || p::text || ', its recipients come to ' || c::text
from (
    select campaign_id,
           count(*) filter (where status <> 'skipped') recipients, count(*) filter (where status = 'skipped') skipped,
           count(*) filter (where status = 'queued') queued, count(*) filter (where status = 'sending') sending,
           count(*) filter (where status = 'sent') sent, count(*) filter (where status = 'failed') failed,
           count(*) filter (where status = 'inDoubt') in_doubt, count(delivered_at) delivered, count(opened_at) opened,
           count(clicked_at) clicked, count(bounced_at) bounced, count(complained_at) complained,
           count(unsubscribed_at) unsubscribed, count(timed_out_at) timed_out
    from recipients
    group by campaign_id
) c
join (
    select campaign_id, recipients, skipped, queued, sending, sent, failed, in_doubt, delivered, opened, clicked, bounced, complained, unsubscribed, timed_out
    from campaign_progress
) p using (campaign_id)
where (p.*)::text <> (c.*)::text
