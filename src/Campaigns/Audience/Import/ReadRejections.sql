select line, reason, value, duplicate_of
from import_rejections
where tenant_id = $1 and import_id = $2 and (line, reason) > ($3, $4)
order by line, reason
limit $5
