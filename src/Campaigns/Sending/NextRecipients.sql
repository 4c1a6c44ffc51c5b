-- Who was in a batch before may be proven sent at any moment: the version of his stream says whether that has happened since.
select r.id, c.id, c.email, c.first_name, c.last_name, c.time_zone, c.attributes, s.address is not null as suppressed,
       case when r.batch is not null then (select version from mt_streams where tenant_id = $1 and id = r.id) end as tried_version,
       r.channel, c.phone
from (
    select id, contact_id, batch, channel from recipients
    where tenant_id = $1 and campaign_id = $2 and id > $3 and id <= $4 and status = 'queued'
    order by id
    limit $5
) r
left join contacts c on c.tenant_id = $1 and c.id = r.contact_id
left join suppressions s on s.tenant_id = $1 and s.address = case r.channel when 'sms' then c.phone else c.email end
order by r.id
