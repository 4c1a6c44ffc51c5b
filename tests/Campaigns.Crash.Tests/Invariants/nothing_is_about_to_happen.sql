-- No time-out is due within seconds: what is read now is what will be read in a moment.
select id::text, format('%s is due at %s', message_type, execution_time)
from wolverine_incoming_envelopes
where status <> 'Handled' and execution_time < now() + interval '10 seconds'
  -- A broker that knows no time gets messages when they are due, out of an envelope of Wolverine's.
  and message_type in ('time_out_opens', 'scheduled-envelope')
