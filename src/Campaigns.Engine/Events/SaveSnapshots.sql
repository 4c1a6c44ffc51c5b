insert into mt_doc_alias (tenant_id, id, data, mt_version, mt_dotnet_type, mt_last_modified)
select $1, s.id, s.data, s.version, $5, $6
from unnest($2, $3, $4) s(id, data, version)
order by s.id
on conflict (tenant_id, id) do update
set data = excluded.data, mt_version = excluded.mt_version, mt_last_modified = excluded.mt_last_modified
