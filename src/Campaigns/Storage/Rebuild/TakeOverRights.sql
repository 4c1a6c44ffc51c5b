-- The statements that give a table the owner and the rights of the one whose place it takes in schema $1, made while both are there.
with tables as (
    select was.oid, was.relowner, was.relacl, format('%I.%I', $1::text, $3::text) as name, is_now.relowner as new_owner
    from pg_class was, pg_class is_now
    where was.oid = format('%I.%I', $1::text, $3::text)::regclass and is_now.oid = format('%I.%I', $2::text, $3::text)::regclass
),
rights as (
    select '' as columns, a.grantee, a.privilege_type, a.is_grantable
    from tables t, aclexplode(t.relacl) a
    where a.grantee <> t.relowner
    union all
    select format(' (%I)', c.attname), a.grantee, a.privilege_type, a.is_grantable
    from tables t, pg_attribute c, aclexplode(c.attacl) a
    where c.attrelid = t.oid and not c.attisdropped
)
select string_agg(statement, '; ' order by place)
from (
    select 1 as place, format('alter table %s owner to %I', name, pg_get_userbyid(relowner)) as statement
    from tables
    where relowner <> new_owner
    union all
    select 2, format(
        'grant %s%s on %s to %s%s', r.privilege_type, r.columns, t.name,
        case r.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(r.grantee)) end,
        case when r.is_grantable then ' with grant option' else '' end)
    from tables t, rights r
) statements
