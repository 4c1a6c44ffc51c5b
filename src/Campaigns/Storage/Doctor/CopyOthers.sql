-- The statements that make tables like those of Marten and Wolverine in schema $1 in schema $2: for migrations to add to them what they add.
select string_agg(format('create table %I.%I (like %I.%I including defaults)', $2::text, c.relname, $1::text, c.relname), '; ')
from pg_class c
where c.relnamespace = to_regnamespace($1::text) and c.relkind = 'r' and (c.relname like 'mt\_%' or c.relname like 'wolverine\_%')
