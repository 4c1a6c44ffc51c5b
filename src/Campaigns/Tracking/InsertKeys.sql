insert into provider_facts (tenant_id, key) select $1, key from unnest($2) key order by key
