-- The statements that give the indexes of a copied table the names that they have on the original: "like" makes up its own.
with indexes as (
    select i.indrelid, c.relname, d.definition, i.indisprimary, i.indisunique,
           row_number() over (partition by i.indrelid, d.definition, i.indisprimary, i.indisunique order by c.relname) as nth
    from pg_index i
    join pg_class c on c.oid = i.indexrelid
    cross join lateral (select substring(pg_get_indexdef(i.indexrelid) from ' USING .*') as definition) d
    where i.indrelid in ($1::text::regclass, format('%I.%I', $2::text, $1::text)::regclass)
)
select string_agg(format('alter index %I.%I rename to %I', $2::text, copy.relname, original.relname), '; ')
from indexes original
join indexes copy using (definition, indisprimary, indisunique, nth)
where original.indrelid = $1::text::regclass and copy.indrelid <> original.indrelid and copy.relname <> original.relname
