-- No message waits, and none is claimed.
select id, kind, due, attempts, claim, claimed_until, last_error
from messages
where queue <> 'housekeeping' and ((dead_at is null and handled_at is null) or claim is not null or claimed_until is not null)
