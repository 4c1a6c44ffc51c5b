update provider_credentials c
set key_id = $5, sealed = anew.sealed
from unnest($1::varchar[], $2::varchar[], $3::uuid[], $4::varchar[], $6::bytea[]) as anew (tenant_id, provider, id, key_id, sealed)
where c.tenant_id = anew.tenant_id and c.provider = anew.provider and c.id = anew.id and c.key_id = anew.key_id
