-- First those whose own time has come, then the queue. Who was in a batch before may be proven sent at any moment: the version of
-- his stream says whether that has happened since.
select r.id, c.id, c.email, c.first_name, c.last_name, c.time_zone, c.attributes, s.address is not null as suppressed,
       case when r.batch is not null then (select version from mt_streams where tenant_id = $1 and id = r.id) end as tried_version,
       r.attempts, r.was_deferred, r.channel, c.phone, r.step, coalesce(c.updated_at > r.queued_at, false)
from (
    (
        select q.id, q.contact_id, q.step, q.queued_at, q.batch, q.attempts, q.channel, true as was_deferred
        from deferrals d
        join recipients q on q.tenant_id = d.tenant_id and q.id = d.recipient_id and q.status = 'queued'
        where d.tenant_id = $1 and d.campaign_id = $2 and d.due <= $6
        order by d.due, d.recipient_id
        limit $5
    )
    union all
    (
        select id, contact_id, step, queued_at, batch, attempts, channel, false
        from recipients
        where tenant_id = $1 and campaign_id = $2 and id > $3 and id <= $4 and status = 'queued' and not_before is null
        order by id
        limit $5
    )
) r
left join contacts c on c.tenant_id = $1 and c.id = r.contact_id
left join suppressions s on s.tenant_id = $1 and s.address = case r.channel when 'sms' then c.phone else c.email end
order by r.was_deferred desc, r.id
