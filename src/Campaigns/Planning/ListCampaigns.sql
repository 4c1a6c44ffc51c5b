select id, data, mt_version
from mt_doc_campaign
where tenant_id = $1 and id < $2
  and data ->> 'status' <> 'Deleted'
  and ($3::text is null or data ->> 'status' = $3)
  and coalesce((data ->> 'archived')::bool, false) = $4
order by id desc
limit $5
