select d.tenant_id, d.id, d.data, d.mt_version
from unnest($1, $2) s(tenant_id, id)
join mt_doc_alias d on d.tenant_id = s.tenant_id and d.id = s.id
