select s.id, d.data, coalesce(d.mt_version, 0), s.version
from mt_streams s
left join mt_doc_alias d on d.tenant_id = s.tenant_id and d.id = s.id
where s.tenant_id = $1 and s.id = any ($2)
