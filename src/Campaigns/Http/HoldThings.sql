-- Several campaigns may name a thing at the same moment; only who removes it keeps it alone. In one order, so that nobody waits in a circle.
select pg_advisory_xact_lock_shared(7202, slot) from (select distinct hashtext(key) slot from unnest($1::text[]) key order by 1) locks
