-- The counters of each sender, hour and campaign are what a count over the recipients comes to.
with kept as (
    select tenant_id, sender_id, hour, campaign_id, sent::bigint, bounced::bigint, complained::bigint
    from sender_health
),
counted as (
    select tenant_id, sender_id, date_trunc('hour', sent_at, 'UTC'), campaign_id, count(*), count(bounced_at), count(complained_at)
    from recipients
    where sender_id is not null and sent_at is not null
    group by 1, 2, 3, 4
)
select sender_id::text, 'only in sender_health: ' || k::text
from (select * from kept except all select * from counted) k
union all
select sender_id::text, 'only in the recipients: ' || c::text
from (select * from counted except all select * from kept) c
