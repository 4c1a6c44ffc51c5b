-- What happens once to a message is in its stream once.
select stream_id::text, format('%s events %s', count(*), type)
from mt_events
where type in ('recipient_queued', 'message_sent', 'open_timed_out')
group by stream_id, type
having count(*) > 1
