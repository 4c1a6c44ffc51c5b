select id, data #>> '{settings,name}'
from mt_doc_campaign
where tenant_id = $1 and data ->> 'status' <> 'Deleted' and ($2::uuid[] is null or id = any ($2))
order by id desc
limit $3
