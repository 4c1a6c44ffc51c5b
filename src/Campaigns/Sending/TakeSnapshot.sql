insert into audience_snapshots (tenant_id, campaign_id, snapshot, part, contacts, excepted)
select $1, $2, $3, part, array_agg(contact_id order by contact_id), array_agg(excepted order by contact_id)
from (
    select contact_id, excepted, (row_number() over (order by contact_id) - 1) / $4 as part
    from audience
    where contact_id > $5
) numbered
group by part
