-- All campaigns of the organisation at most, along the primary key: they are no bulk data.
select id, data, mt_version
from mt_doc_campaign
where tenant_id = $1 and id < $2
  and data ->> 'status' <> 'Deleted'
  and ($3::text[] is null or data ->> 'status' = any ($3))
  and coalesce((data ->> 'archived')::bool, false) = $4
  and ($6::text is null or position(lower($6) in lower(data #>> '{settings,name}')) > 0)
order by id desc
limit $5
