-- The statement that makes an empty table like another one in another schema: columns, keys, checks, indexes, and its settings, which
-- "like" alone leaves out.
select format(
    'create table %I.%I (like %I including all)%s', $2::text, $1::text, $1::text,
    coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', ''))
from pg_class c
where c.oid = $1::text::regclass
