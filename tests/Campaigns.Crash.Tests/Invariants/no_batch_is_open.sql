-- Each batch that was begun was completed, and everybody in it came to something.
select campaign_id || ' ' || number,
       case
           when completed_at is null then format('batch of %s, begun at %s, never completed', size, started_at)
           else format('batch of %s, of whom %s sent, %s failed, %s in doubt, %s returned, %s deferred', size, sent, failed, in_doubt, returned, deferred)
       end
from batches
where completed_at is null or size <> sent + failed + in_doubt + returned + deferred
