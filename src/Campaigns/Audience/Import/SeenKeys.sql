select k.key, seen.line
from unnest($3::varchar[]) k(key)
join import_keys seen on seen.tenant_id = $1 and seen.import_id = $2::uuid and seen.key = md5(k.key)::uuid
