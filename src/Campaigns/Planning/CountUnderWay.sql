-- All campaigns that there are, of all organisations: they are no bulk data.
select data ->> 'status', count(*)
from mt_doc_campaign
where data ->> 'status' in ('Sending', 'Paused')
group by 1
