select id, mt_version, data
from mt_doc_segment
where tenant_id = $1 and id < $2 and not (data ->> 'deleted')::bool
order by id desc
limit $3
