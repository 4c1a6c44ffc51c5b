-- Nobody is queued or being sent to any more.
select id::text, format('is still %s, in batch %s', status, coalesce(batch::text, 'none'))
from recipients
where status in ('queued', 'sending')
