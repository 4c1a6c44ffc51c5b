insert into deleted_contacts (tenant_id, id, email, phone, deleted_at)
select tenant_id, id, email, phone, $3 from contacts where tenant_id = $1 and id = $2
on conflict (tenant_id, id) do nothing
