-- Only remembers where this import saw them.
update contacts c set import_id = $4::uuid, import_line = s.line
from unnest($2::uuid[], $3::bigint[]) s(id, line)
where c.tenant_id = $1 and c.id = s.id
