-- Where those live who are left, the queue behind the last one that a batch took. Many may be, and somebody may look every second: no more than so many
-- of each kind are counted.
select r.channel, c.time_zone, r.waits, count(*)
from (
    (
        select q.contact_id, q.channel, true as waits
        from deferrals d
        join recipients q on q.tenant_id = d.tenant_id and q.id = d.recipient_id and q.status = 'queued'
        where d.tenant_id = $1 and d.campaign_id = $2
        order by d.due, d.recipient_id
        limit $5
    )
    union all
    (
        select contact_id, channel, false
        from recipients
        where tenant_id = $1 and campaign_id = $2 and id > $3 and id <= $4 and status = 'queued' and not_before is null
        order by id
        limit $5
    )
) r
left join contacts c on c.tenant_id = $1 and c.id = r.contact_id
group by r.channel, c.time_zone, r.waits
