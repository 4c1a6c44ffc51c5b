-- The transactions that append at this moment: each holds this lock from before it draws a position until it has ended,
-- and what it committed is visible before the lock is released.
select distinct virtualtransaction
from pg_locks
where locktype = 'relation' and database = (select oid from pg_database where datname = current_database())
  and relation in ('mt_streams'::regclass, 'mt_events'::regclass) and mode = 'RowExclusiveLock' and granted
