insert into import_keys (tenant_id, import_id, key, line)
select $1, $2::uuid, md5(k.key)::uuid, k.line
from unnest($3::varchar[], $4::bigint[]) k(key, line)
