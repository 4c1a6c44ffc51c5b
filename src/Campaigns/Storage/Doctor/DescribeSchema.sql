-- Everything that migrations make in a schema, each thing with a text that is the same where the thing is the same.
with relations as (
    select c.oid, c.relname::text as name, c.relkind, c.relpersistence, c.reloptions
    from pg_class c
    where c.relnamespace = to_regnamespace(quote_ident($1))
)
select 'table' as kind, name as on_table, name,
       concat_ws(' ', relkind, relpersistence, 'with (' || array_to_string(array(select unnest(reloptions) order by 1), ', ') || ')',
                 case when relkind in ('v', 'm') then pg_get_viewdef(oid) end) as definition
from relations
where relkind in ('r', 'p', 'v', 'm')
union all
select 'column', r.name, a.attname,
       concat_ws(' ', format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' end,
                 'default ' || pg_get_expr(d.adbin, d.adrelid), 'identity ' || nullif(a.attidentity::text, ''), 'generated ' || nullif(a.attgenerated::text, ''))
from relations r
join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
where r.relkind in ('r', 'p')
union all
-- PostgreSQL writes "in (...)" over varchar in one way as it was made and in another as pg_dump restored it: the casts go.
select 'constraint', r.name, c.conname,
       regexp_replace(regexp_replace(pg_get_constraintdef(c.oid), '\(ARRAY\[([^\]]*)\]\)::text\[\]', 'ARRAY[\1]', 'g'),
                      '\((''[^'']*''::character varying)\)::text', '\1', 'g')
from relations r
join pg_constraint c on c.conrelid = r.oid
where c.contype <> 'n' -- from PostgreSQL 18 on; the column says it
union all
select 'index', r.name, x.name,
       concat_ws(' ', case when i.indisunique then 'unique' end, substring(pg_get_indexdef(x.oid) from 'USING .*'),
                 case when not i.indisvalid then 'but invalid' end)
from relations r
join pg_index i on i.indrelid = r.oid
join relations x on x.oid = i.indexrelid
union all
select 'trigger', r.name, t.tgname, pg_get_triggerdef(t.oid, true)
from relations r
join pg_trigger t on t.tgrelid = r.oid and not t.tgisinternal
union all
select 'sequence', '', r.name,
       concat_ws(' ', format_type(s.seqtypid, null), 'from', s.seqstart, 'by', s.seqincrement, 'in', s.seqmin, s.seqmax, 'cache', s.seqcache,
                 case when s.seqcycle then 'cycle' end)
from relations r
join pg_sequence s on s.seqrelid = r.oid
union all
select 'function', '', format('%s(%s)', p.proname, pg_get_function_identity_arguments(p.oid)),
       concat_ws(' ', p.prokind, pg_get_function_arguments(p.oid), 'returns', pg_get_function_result(p.oid), l.lanname, p.provolatile, p.proparallel,
                 case when p.proisstrict then 'strict' end, case when p.prosecdef then 'security definer' end,
                 'set ' || array_to_string(p.proconfig, ', '), 'as', p.prosrc)
from pg_proc p
join pg_language l on l.oid = p.prolang
where p.pronamespace = to_regnamespace(quote_ident($1))
order by 1, 2, 3
