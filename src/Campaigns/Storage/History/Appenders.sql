-- The transactions that have drawn a position and not ended: whoever draws one locks the sequence first and holds the lock to the end, and what it
-- committed is visible before the lock is released.
select distinct virtualtransaction
from pg_locks
where locktype = 'relation' and database = (select oid from pg_database where datname = current_database())
  and relation = 'mt_events_sequence'::regclass and mode = 'RowExclusiveLock' and granted
