select id, mt_version, data
from mt_doc_sender
where tenant_id = $1 and (id = any($2) or (data #>> '{settings,email}' = $3 and data ->> 'retired' = 'false'))
