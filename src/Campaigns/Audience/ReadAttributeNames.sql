-- Of everybody, or of those on a list.
select distinct a.name
from contacts c
cross join jsonb_object_keys(c.attributes) a(name)
where c.tenant_id = $1
  and ($2::uuid is null or exists (select from list_members m where m.tenant_id = $1 and m.list_id = $2 and m.contact_id = c.id))
order by a.name
