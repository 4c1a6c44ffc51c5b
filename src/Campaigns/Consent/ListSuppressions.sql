select address, reason, source, since
from suppressions
where tenant_id = $1 and address > $2 and ($3::text is null or address = $3)
order by address
limit $4
