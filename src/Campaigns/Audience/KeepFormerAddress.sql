insert into former_addresses (tenant_id, contact_id, until, email, phone)
select tenant_id, id, $3, email, phone from contacts where tenant_id = $1 and id = $2
on conflict (tenant_id, contact_id, until) do nothing
