insert into data_protection_keys (name, xml, created_at) values ($1, $2, $3)
on conflict (name) do nothing
