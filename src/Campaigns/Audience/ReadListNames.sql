select l.id, l.name
from lists l
where l.tenant_id = $1 and ($2::uuid[] is null or l.id = any ($2))
order by l.id desc
limit $3
