select r.id, s.version, r.status
from (
    select id, status from recipients
    where tenant_id = $1 and campaign_id = $2 and id > $3 and id <= $4
      and (status = 'failed' and ($5::text = 'All' or $5 = 'Temporary' and category = 'temporary'
                           or $5 = 'Curable' and category is distinct from 'recipient') or status = 'inDoubt' and $6)
    order by id
    limit $7
) r
join mt_streams s on s.tenant_id = $1 and s.id = r.id
order by r.id
