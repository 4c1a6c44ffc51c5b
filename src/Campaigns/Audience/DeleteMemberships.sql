-- List by list: the index of the memberships begins with the list.
delete from list_members m
using lists l
where l.tenant_id = $1 and m.tenant_id = l.tenant_id and m.list_id = l.id and m.contact_id = $2
