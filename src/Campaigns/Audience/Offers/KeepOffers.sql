-- $6: of which file; null for one that was given by itself. What did not change stays as it is. Of contacts who are gone by now nothing is kept; who is there
-- is held, so that whoever removes them finds their offers.
with owners as (
    select id from contacts where tenant_id = $1 and id = any ($2::uuid[]) for key share
)
insert into offers (tenant_id, contact_id, id, reference, fields, import_id, created_at, updated_at)
select $1, o.contact_id, o.id, o.reference, o.fields, $6::uuid, $7::timestamptz, $7::timestamptz
from unnest($2::uuid[], $3::uuid[], $4::varchar[], $5::jsonb[]) o(contact_id, id, reference, fields)
join owners on owners.id = o.contact_id
on conflict (tenant_id, contact_id, id) do update
set fields = excluded.fields,
    import_id = excluded.import_id,
    updated_at = case when offers.fields = excluded.fields then offers.updated_at else excluded.updated_at end
