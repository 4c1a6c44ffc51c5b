insert into mt_doc_alias as d (tenant_id, id, data, mt_version, mt_dotnet_type, mt_last_modified)
select s.tenant_id, s.id, s.data, s.version, $5, $6
from unnest($1, $2, $3, $4) s(tenant_id, id, data, version)
order by s.tenant_id, s.id
on conflict (tenant_id, id) do update
set data = excluded.data, mt_version = excluded.mt_version, mt_last_modified = excluded.mt_last_modified
where d.data <> excluded.data or d.mt_version <> excluded.mt_version
