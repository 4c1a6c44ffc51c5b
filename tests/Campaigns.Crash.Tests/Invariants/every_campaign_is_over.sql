-- All by themselves: no campaign waits for anybody.
select id::text, format('is %s', data ->> 'status')
from mt_doc_campaign
where data ->> 'status' not in ('Draft', 'Completed', 'Partial', 'Failed', 'Cancelled')
