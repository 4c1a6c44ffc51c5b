-- What would be lost with the tables $1, or keep them from being dropped: views and functions over them, foreign keys to them, and
-- the triggers, policies and publications that a copy of a table does not get.
select distinct coalesce('the view ' || r.ev_class::regclass::text, 'the ' || pg_describe_object(d.classid, d.objid, d.objsubid)) as dependent
from unnest($1::text[]) name
join pg_class t on t.oid = to_regclass(name)
join pg_type row_type on row_type.oid = t.reltype
join pg_depend d on (d.refclassid = 'pg_class'::regclass and d.refobjid = t.oid)
    or (d.refclassid = 'pg_type'::regclass and d.refobjid in (row_type.oid, row_type.typarray))
left join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
where (d.deptype = 'n' or d.classid in ('pg_trigger'::regclass, 'pg_policy'::regclass, 'pg_publication_rel'::regclass))
  and r.ev_class is distinct from t.oid
  and not exists (select from pg_constraint c where d.classid = 'pg_constraint'::regclass and c.oid = d.objid and c.conrelid = t.oid)
  and not exists (select from pg_trigger g where d.classid = 'pg_trigger'::regclass and g.oid = d.objid and g.tgisinternal)
order by dependent
