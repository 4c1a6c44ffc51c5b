-- No operation has left two events, whatever its client was told.
select data ->> 'operation' as operation, count(*)
from mt_events
where data ? 'operation'
group by 1
having count(*) > 1
