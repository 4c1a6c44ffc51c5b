select pg_advisory_xact_lock(7202, slot) from (select distinct hashtext(key) slot from unnest($1::text[]) key order by 1) locks
