select id, mt_version, data
from mt_doc_sender
where tenant_id = $1 and id < $2 and ($3::bool or data ->> 'retired' = 'false')
order by id desc
limit $4
