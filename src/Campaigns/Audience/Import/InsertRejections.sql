insert into import_rejections (tenant_id, import_id, line, reason, value, duplicate_of)
select $1, $2::uuid, r.line, r.reason, r.value, r.duplicate_of
from unnest($3::bigint[], $4::varchar[], $5::varchar[], $6::bigint[]) r(line, reason, value, duplicate_of)
