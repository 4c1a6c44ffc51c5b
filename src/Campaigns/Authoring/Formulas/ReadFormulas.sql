select id, mt_version, data
from mt_doc_formula
where tenant_id = $1 and id < $2 and ($3::bool or not (data ->> 'archived')::bool)
order by id desc
limit $4
