-- Where no time-out waits any more, whoever got an e-mail and said nothing has timed out. Who was in doubt when it was due may have heard of it too early.
select r.id::text, format('was sent in batch %s at %s, did not open, and never timed out', r.batch, r.sent_at)
from recipients r
where r.channel = 'email' and r.status = 'sent' and coalesce(r.opened_at, r.clicked_at, r.bounced_at, r.timed_out_at) is null
  and not exists (select from mt_events e where e.stream_id = r.id and e.type = 'message_in_doubt')
  -- A broker that knows no time gets them when they are due, out of an envelope of Wolverine's.
  and not exists (select from wolverine_incoming_envelopes where message_type in ('time_out_opens', 'scheduled-envelope') and status <> 'Handled')
